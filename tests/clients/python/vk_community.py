"""A community's program around vk_api, as its documentation shows it, whose VK is the simulated one.

Sends texts, a repeat, buttons, a picture and a file; edits, reads back, meets a refusal. Prints what it saw as a line of
JSON.
"""

import argparse
import json

import jconfig
import vk_api
from requests.adapters import HTTPAdapter
from vk_api.exceptions import ApiError
from vk_api.keyboard import VkKeyboard

VK = "https://api.vk.ru"


class SimulatedVk(HTTPAdapter):
    """Dials the simulated VK for api.vk.ru; nothing else of a request changes."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request, **given):
        request.url = self.base + request.url.removeprefix(VK)
        return super().send(request, **given)


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("base", "token", "community", "peer", "picture", "offer"):
        arguments.add_argument(f"--{name}", required=True)
    given = arguments.parse_args()
    session = vk_api.VkApi(token=given.token, api_version="5.199", config=jconfig.MemoryConfig)
    session.http.mount(VK, SimulatedVk(given.base))
    vk, peer = session.get_api(), int(given.peer)
    group = vk.groups.getById(group_id=given.community)["groups"][0]
    person = vk.users.get(user_ids=peer)[0]
    first = vk.messages.send(peer_id=peer, random_id=77, message="Привет", dont_parse_links=1)
    again = vk.messages.send(peer_id=peer, random_id=77, message="Привет", dont_parse_links=1)
    keyboard = VkKeyboard(inline=True)
    keyboard.add_button("Да", payload={"answer": 1})
    vk.messages.send(peer_id=peer, random_id=78, message="Везём?", keyboard=keyboard.get_keyboard())
    upload = vk_api.VkUpload(session)
    photo = upload.photo_messages(given.picture, peer_id=peer)[0]
    vk.messages.send(peer_id=peer, random_id=79, attachment=f"photo{photo['owner_id']}_{photo['id']}")
    offer = upload.document_message(given.offer, title="offer.pdf", peer_id=peer)["doc"]
    vk.messages.send(peer_id=peer, random_id=80, attachment=f"doc{offer['owner_id']}_{offer['id']}")
    vk.messages.edit(peer_id=peer, message_id=first, message="Привет!")
    history = vk.messages.getHistory(peer_id=peer, count=20)["items"]
    try:
        vk.messages.send(peer_id=5, random_id=81, message="x")
        refused = 0
    except ApiError as error:
        refused = error.code
    saw = {"group": group["name"], "person": person["first_name"], "first": first, "again": again}
    print(json.dumps({**saw, "history": len(history), "title": offer["title"], "refused": refused}, ensure_ascii=False))


main()
