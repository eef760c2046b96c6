//! Hooks that receivers of production published (chats-api §7.1, crm-api §11.1): their fields and shapes with our own values.

use amocrm::hooks::chats::{Hook, HookError, HookEvent, HookMessage, parse};
use amocrm::hooks::crm::{self, Action, CrmEvent};

use crate::messages::text;

fn file(name: &str) -> String {
    let path = format!("{}/tests/fixtures/recorded/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn message(name: &str) -> HookMessage {
    let Hook { event, .. } = parse(file(name).as_bytes()).unwrap();
    match event {
        HookEvent::Message(message) => *message,
        other => panic!("{name}: {other:?}"),
    }
}

/// The only event of a form, whose pairs stand one a line.
fn event(name: &str) -> CrmEvent {
    let body = file(name).lines().collect::<Vec<_>>().join("&");
    let mut hook = crm::parse(body.as_bytes()).unwrap();
    assert_eq!((hook.account_id, hook.events.len()), (Some(12_345_678), 1), "{name}");
    hook.events.remove(0)
}

#[test]
fn a_manager_who_writes_first_names_no_conversation_of_ours() {
    let first = message("chats_written_first.json");
    assert_eq!((first.conversation_client_id, first.message.text), (None, "Добрый день".to_owned()));
    assert_eq!((first.receiver.name, first.receiver.phone), (text("Мария"), text("79990001122")));
    assert_eq!(first.sender.name, None, "an empty name is none");
    let known = message("chats_known.json");
    assert_eq!((known.conversation_client_id, known.receiver.client_id), (text("79990001122"), text("acme-user-77")));
    assert_eq!(known.sender.name, text("Олег"));
}

#[test]
fn the_first_version_is_told_from_what_is_broken() {
    let body = file("chats_version_1.json");
    assert!(body.ends_with("}\n"), "a line feed follows the signed part");
    assert_eq!(parse(body.as_bytes()).unwrap_err(), HookError::Version1);
}

#[test]
fn events_of_the_crm_are_read() {
    let CrmEvent::Message(Action::Add, message) = event("crm_message.txt") else { panic!("no message") };
    assert_eq!((message.talk_id, message.contact_id, message.is_outgoing), (Some(100), Some(93_000_001), false));
    assert_eq!(message.origin.as_deref(), Some("telegram"));
    let CrmEvent::Talk(Action::Add, talk) = event("crm_talk.txt") else { panic!("no talk") };
    assert_eq!((talk.id, talk.contact_id), (191, Some(93_000_001)));
    for (name, wanted) in [
        ("crm_incoming_lead.txt", ("unsorted", Action::Add)),
        ("crm_lead_add.txt", ("leads", Action::Add)),
        ("crm_lead_update.txt", ("leads", Action::Update)),
    ] {
        let CrmEvent::Other { entity, action, .. } = event(name) else { panic!("{name}") };
        assert_eq!((entity.as_str(), action), wanted);
    }
}
