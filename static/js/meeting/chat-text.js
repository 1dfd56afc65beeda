import { html } from "lit";
import { tokens } from "./chat-format.js";

/** A chat text as nodes; every piece goes in as text, so nothing in it can become markup. @param {string} source */
export function chatText(source) {
  return tokens(source).map((token) => {
    if (token.kind === "bold") return html`<strong>${token.text}</strong>`;
    if (token.kind === "italic") return html`<em>${token.text}</em>`;
    if (token.kind === "code") return html`<code>${token.text}</code>`;
    if (token.kind === "block") return html`<pre tabindex="0"><code>${token.text}</code></pre>`;
    if (token.kind === "link") return html`<a href=${token.href} target="_blank" rel="noopener noreferrer nofollow">${token.text}</a>`;
    return token.text;
  });
}
