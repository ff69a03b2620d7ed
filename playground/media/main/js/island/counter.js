/** A button that counts its clicks. */
export function counter(element, start = 0) {
  let count = start
  const button = document.createElement('button')
  button.className = 'btn btn-primary counter'
  const show = () => {
    button.textContent = `${count} waves`
  }
  button.addEventListener('click', () => {
    count += 1
    show()
  })
  show()
  element.replaceChildren(button)
}
