// VitePress's own theme, with the colours of the inspector's page, and the picture that comes alive on the first page.

import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import Picture from './picture.js'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-after': () => h(Picture) }),
}
