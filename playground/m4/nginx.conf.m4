# The site on a server, behind a front that ends TLS. Rendered from m4/, put in place by the package drund-www-<branch>.
map $http_upgrade $drund_connection {
    default upgrade;
    '' '';
}

# Static files, from the release that is current; a page of the one before may still ask for that one's.
server {
    listen 80;
    server_name cdn.__DOMAIN__;

    location ~ ^/static/(.*)$ {
        root /opt/@name@/@branch@;
        try_files /current/staticroot/$1 /previous/staticroot/$1 =404;
        add_header Access-Control-Allow-Origin *;
    }
}

# What is live, by Node.
server {
    listen 80;
    server_name activity.__DOMAIN__;

    location / {
        proxy_pass http://127.0.0.1:__ACTIVITY_PORT__;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $drund_connection;
        proxy_read_timeout 1h;
    }
}

# All else, by Django.
server {
    listen 80;
    server_name .__DOMAIN__;

    location / {
        proxy_pass http://127.0.0.1:__DJANGO_PORT__;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}
