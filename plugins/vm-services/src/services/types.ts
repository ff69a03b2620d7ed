/** What a service is called in options, commands and on disk. */
export type ServiceName = 'mysql' | 'postgresql' | 'redis' | 'rabbitmq' | 'memcached' | 'mongodb'

/** Where the application expects a service, and as whom it logs in: what its settings say. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Undefined where the service has no accounts, or the settings name none. */
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** The database, or the virtual host of a broker. */
  readonly database?: string | undefined
}

/** Who is at a port. `'other'` is somebody who speaks another protocol, or does not speak. */
export type Answer =
  | { readonly state: 'closed' | 'starting' | 'other' }
  | { readonly state: 'ready'; readonly version?: string | undefined }

/** Where a service of ours lives. */
export interface Place {
  /** Its folder below the project. */
  readonly dir: string
  readonly data: string
  /** A short folder for sockets: their paths may have 107 bytes. */
  readonly run: string
  /** The account of the operating system that it runs as. */
  readonly account: string
  /** Two free ports, for what is its own business. */
  readonly ports: readonly [number, number]
}

/** A program with its arguments. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  /** Also the place for passwords: a command line can be read by everyone. */
  readonly env?: Readonly<Record<string, string>>
}

/** The programs of a service on this machine, by the names of {@link Native.programs}. */
export type Programs = Readonly<Record<string, string>>

/** What there is to know of one kind of service. */
export interface Service {
  readonly name: ServiceName
  /** How people call it. */
  readonly title: string
  readonly port: number
  /** What an endpoint has when neither settings nor options say it. `project` is a name for the project. */
  defaults(project: string): Partial<Endpoint>
  /** Asks who is at a port. */
  probe(endpoint: Pick<Endpoint, 'host' | 'port'>): Promise<Answer>
  /** Logs in as the application does; undefined when only a client program can, or there are no accounts. */
  logIn?(endpoint: Endpoint): Promise<boolean>
  /**
   * What makes accounts and databases what the settings say: text for a client that is logged in as the administrator.
   * Done again and again, it changes nothing.
   */
  provision?(endpoint: Endpoint): string
  /** How it runs on this machine; undefined when it is never installed here. */
  readonly native?: Native
  readonly container: Container
}

/** A service as a program of this machine. */
export interface Native {
  /** The programs it takes: for each, names on PATH or absolute patterns with `*`; the first that is found counts. */
  readonly programs: Readonly<Record<string, readonly string[]>>
  /** What makes `server` print its version, or what knows it without asking. */
  readonly version: readonly string[] | ((programs: Programs) => string | undefined)
  /** The Debian packages. */
  readonly debian: string
  /** Root's place is taken by this account: the server refuses to be root. */
  readonly account?: string
  /** What makes it end soonest with its data in order. */
  readonly stopSignal: NodeJS.Signals
  /** Makes the data at `data`, a path that does not exist yet. The working folder is the one that it lies in. */
  init?(programs: Programs, place: Place, data: string): Launch
  /** What the last two lines of the log say when a start has failed for a reason that soon passes by itself: it is tried again. */
  readonly passes?: RegExp
  /** Files to be written below `place.dir` before a start, by name. When they change, the service is started again. */
  files?(endpoint: Endpoint, place: Place): Readonly<Record<string, string>>
  start(programs: Programs, endpoint: Endpoint, place: Place): Launch
  /** A client that is logged in as the administrator and reads {@link Service.provision}'s text. */
  administrator?(programs: Programs, endpoint: Endpoint, place: Place): Launch
  /** A client that logs in as the application does. */
  client?(programs: Programs, endpoint: Endpoint): Launch
  /** Arguments that make the client end at once, with 0 when the login works. */
  readonly loginArgs?: readonly string[]
}

/** A service as a container. */
interface Container {
  /** The image without a tag. */
  readonly image: string
  /** The tag when the settings name no version. */
  readonly tag: string
  /** The port inside. */
  readonly port: number
  /** The data folder inside; undefined when there is nothing to keep. */
  readonly volume?: string
  /** Variables for the image. */
  environment?(endpoint: Endpoint): Readonly<Record<string, string>>
  command?(endpoint: Endpoint): readonly string[]
  /** A command inside that ends with 0 when the service is ready. */
  readonly healthy: readonly string[]
  /** A command inside that is logged in as the administrator and reads {@link Service.provision}'s text. */
  readonly administrator?: readonly string[]
  /** A client inside that logs in as the application does. */
  client?(endpoint: Endpoint): Launch
}
