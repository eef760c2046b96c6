"""A page's program around python-facebook-api, as its documentation shows it, whose Graph is the simulated one.

Reads the page and the person, sends a text, subscribes, reads conversations back, meets a refusal. Prints what it saw
as a line of JSON.
"""

import argparse
import json

from pyfacebook import FacebookError, GraphAPI


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("base", "token", "page", "person"):
        arguments.add_argument(f"--{name}", required=True)
    given = arguments.parse_args()
    graph = GraphAPI(access_token=given.token, version="v26.0", base_url=f"{given.base}/")

    def send(person: str) -> dict:
        message = {
            "recipient": json.dumps({"id": person}),
            "messaging_type": "RESPONSE",
            "message": json.dumps({"text": "Good day"}),
        }
        return graph.post_object(given.page, "messages", data=message)

    me = graph.get_object("me", fields="id,name")
    person = graph.get_object(given.person, fields="first_name,last_name")
    sent = send(given.person)
    fields = {"subscribed_fields": "messages,messaging_postbacks"}
    subscribed = graph.post_object(given.page, "subscribed_apps", data=fields)
    apps = graph.get_connection(given.page, "subscribed_apps")["data"]
    talks = graph.get_connection(given.page, "conversations", fields="messages{message}")["data"]
    try:
        send("999")
        refused = 0
    except FacebookError as error:
        refused = error.code
    saw = {
        "me": me["id"],
        "person": person["first_name"],
        "sent": sent["message_id"],
        "to": sent["recipient_id"],
        "subscribed": subscribed["success"],
        "fields": apps[0]["subscribed_fields"],
        "talks": len(talks),
        "refused": refused,
    }
    print(json.dumps(saw, ensure_ascii=False))


main()
