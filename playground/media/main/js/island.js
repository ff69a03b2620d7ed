// The first piece written as an ES module.
import { counter } from './island/counter.js'

const element = document.getElementById('island')
if (element) {
  counter(element, Number(element.dataset.start))
  document.documentElement.setAttribute('data-island', 'on')
}
