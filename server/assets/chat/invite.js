// Invites the visitors of a site to write, until they have closed it or opened the chat: by a text beside the button,
// or by opening the chat.

import { button, drawn, element } from "./dom.js";

/**
 * Watches the address, which some sites change without loading a page. `chat` has the storage of the visitor and of this
 * visit, `isOpen`, `isNarrow`, `open` and `leave`. Returns the place of the text, and what ends the invitation.
 */
export const letInvite = ({ invitation: { show, text, after, pages }, words }, chat) => {
  // Here before it has a text, or screen readers would not announce it.
  const place = element("div", "invite");
  place.setAttribute("role", "status");
  let address;
  let since;
  const end = () => {
    clearInterval(timer);
    place.replaceChildren();
    chat.always("invited", "1");
  };
  const leave = () => {
    end();
    chat.leave();
  };
  place.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  const look = () => {
    if (address !== location.href) [address, since] = [location.href, Date.now()];
    const isHere = !pages.length || pages.some((part) => address.toLowerCase().includes(part));
    // It was ended in another tab.
    if (chat.always("invited")) return end();
    if (!isHere || chat.isOpen()) return place.replaceChildren();
    // On further pages of this visit it is there at once.
    if (place.firstChild || (!chat.session("invited") && Date.now() - since < after * 1000)) return;
    chat.session("invited", "1");
    // On a phone the chat would cover the page.
    if (show === "chat" && !chat.isNarrow()) chat.open();
    else place.append(button("say", text, () => chat.open(true)), drawn("close", "cross", words.dismiss, leave));
  };
  const timer = setInterval(look, 500);
  return { place, text, look, end };
};
