// A picture of the inspector's page, and the playground in its place when one asks for it.
import { withBase } from 'vitepress'
import { defineComponent, h, ref } from 'vue'

const words =
  'The page of a running pool: is it all right, what is wrong, who waits, and what each connection does'

export default defineComponent(() => {
  const runs = ref(false)
  const drawn = theme =>
    h('img', { class: `in-${theme}`, src: withBase(`/inspector-${theme}.png`), alt: words })
  return () =>
    h('section', { class: 'seen', 'aria-label': 'The playground' }, [
      runs.value
        ? h('iframe', { src: withBase('/playground/index.html#speed=1'), title: 'The playground' })
        : [drawn('light'), drawn('dark')],
      h('p', [
        runs.value
          ? h('button', { type: 'button', onClick: () => (runs.value = false) }, 'Stop')
          : h('button', { type: 'button', onClick: () => (runs.value = true) }, 'Run a pool here'),
        h('a', { href: withBase('/playground/index.html'), target: '_self' }, 'Open the playground'),
      ]),
    ])
})
