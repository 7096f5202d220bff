// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

/**
 * What can be checked of a page by a program: a name for each control, a language, a title, one
 * main heading, ids that are unique, and WCAG's contrast of 4.5 to 1 for all text that is shown.
 */
final class Accessibility {

  private Accessibility() {}

  /** An expression of JavaScript: the problems as a list of sentences. */
  static final String CHECK =
      """
      (() => {
        const problems = [];
        const visible = node => node.checkVisibility({checkVisibilityCSS: true, checkOpacity: true})
          && node.getBoundingClientRect().width > 1;
        if (!document.documentElement.lang) problems.push('no language');
        if (!document.title) problems.push('no title');
        if (document.querySelectorAll('h1').length !== 1) problems.push('not one h1');
        for (const part of ['main', 'nav', 'header'])
          if (!document.querySelector(part)) problems.push('no ' + part);
        const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
        for (const id of ids) if (ids.filter(other => other === id).length > 1) problems.push('id twice: ' + id);
        for (const node of document.querySelectorAll('button, input, select, [tabindex="0"]')) {
          const name = node.getAttribute('aria-label') || node.textContent.trim()
            || (node.labels && node.labels.length && node.labels[0].textContent);
          if (!name) problems.push('no name: ' + node.outerHTML.slice(0, 80));
        }
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const colour = text => {
          canvas.clearRect(0, 0, 1, 1);
          canvas.fillStyle = text;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
          .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const back = node => {
          for (let at = node; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found[3] > 250) return found;
          }
          return colour(getComputedStyle(document.body).backgroundColor);
        };
        const seen = new Set();
        for (const node of document.querySelectorAll('body *')) {
          const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
          if (!own || !visible(node) || node.closest('svg, script, style, dialog:not([open])')) continue;
          const style = getComputedStyle(node);
          const key = node.className + style.color + style.backgroundColor;
          if (seen.has(key)) continue;
          seen.add(key);
          const a = light(colour(style.color)), b = light(back(node));
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (contrast < 4.5) problems.push('contrast ' + contrast.toFixed(2) + ': .' + node.className + ' ' + node.textContent.slice(0, 30));
        }
        return problems;
      })()
      """;
}
