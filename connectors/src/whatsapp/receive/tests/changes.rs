//! Edits, deletions, reactions, new ids, and what the business writes on its phone.

use base::message::Role;

use super::*;

#[test]
fn reactions_come_and_go() {
    let InboundEvent::Reacted(set) = one("reaction_add") else { panic!("no reaction") };
    assert_eq!(
        (set.message.as_str(), set.emoji.as_deref()),
        ("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDAxAA==", Some("👍"))
    );
    let InboundEvent::Reacted(gone) = one("reaction_remove") else { panic!("no reaction") };
    assert_eq!((gone.message.clone(), gone.emoji.clone()), (set.message, None));
    assert_ne!(gone.key, set.key);
}

#[test]
fn an_edit_and_a_deletion_name_their_message() {
    let InboundEvent::Changed(edit) = one("edit") else { panic!("no edit") };
    assert_eq!(edit.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0010A==");
    assert_eq!(edit.key, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0032A==");
    let file = edit.written.body.content.media().unwrap();
    assert_eq!((file.text.as_deref(), file.known_as.as_deref()), (Some("мой чек (верный)"), Some("1800000000000001")));
    let original = media("image_caption", "picture");
    assert_eq!(original.known_as, file.known_as, "the same file");
    let messages = vec!["wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0002A==".to_owned()];
    assert_eq!(one("revoke"), InboundEvent::TookBack { pieces: messages });
}

#[test]
fn a_new_number_is_the_same_persons() {
    let events = read_with(&body("system_number_changed"), Language::En).unwrap();
    let moved = |from: &str, to: &str| InboundEvent::Moved { from: from.to_owned(), to: to.to_owned() };
    let [one, other, InboundEvent::Wrote(told)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!([one, other], [&moved(MARIA, "77019998877"), &moved(MARIAS_PHONE, "77019998877")]);
    assert!(told.body.silent, "it needs no answer");
    assert_eq!(
        (told.conversation_id.as_str(), text_of(told.as_ref().clone()).as_str()),
        (MARIA, "[The customer’s number changed from +77010001122 to +77019998877]")
    );
    let moved = vec![moved(MARIA, "KZ.5550001112223334445")];
    assert_eq!(read("system_user_id_changed"), moved);
    assert_eq!(read("user_id_update"), moved, "the same as a field of its own");
}

#[test]
fn an_id_equal_to_the_phone_moves_no_conversation() {
    for same in ["77010001122".to_owned(), "x".repeat(300)] {
        let mut body: Value = serde_json::from_str(&body("text")).unwrap();
        let message = body.pointer_mut("/entry/0/changes/0/value/messages/0").unwrap();
        message["from"] = json!(same);
        message["from_user_id"] = json!(same);
        let events = read_with(&body.to_string(), Language::En).unwrap();
        assert!(matches!(events.as_slice(), [InboundEvent::Wrote(_)]), "{events:?}");
    }
}

#[test]
fn messages_that_the_owner_writes_on_the_phone_are_from_a_manager() {
    let echo = written("echo_text");
    assert_eq!((echo.conversation_id.as_str(), echo.body.sender.role), (MARIA, Role::Manager));
    assert_eq!(echo.body.sender.name.as_deref(), Some("Acme"));
    let receiver = echo.body.receiver.clone().unwrap();
    assert_eq!(
        (receiver.id.as_str(), receiver.role, receiver.name.as_deref()),
        (MARIA, Role::Client, Some("Мария К."))
    );
    assert_eq!(text_of(echo), "Да, завтра привезём");
    let InboundEvent::Changed(edit) = one("echo_edit") else { panic!("no edit") };
    assert_eq!(edit.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQECHO0038A==");
    assert_eq!(edit.written.body.sender.role, Role::Manager);
    let messages = vec!["wamid.HBgVQlIuOTg3NjU0MzIxMBUCABIYFEVDSE8wMDc3AA==".to_owned()];
    assert_eq!(one("echo_revoke_bsuid"), InboundEvent::TookBack { pieces: messages });
}

#[test]
fn earlier_messages_come_silently_and_in_order() {
    let events = read("history_chunk");
    let told: Vec<(Role, String, bool)> = events
        .iter()
        .map(|event| match event {
            InboundEvent::History(one) => (one.body.sender.role, text_of(one.as_ref().clone()), one.body.silent),
            other => panic!("{other:?}"),
        })
        .collect();
    let placeholder = "[A file from before the number was connected]".to_owned();
    assert_eq!(
        told,
        [
            (Role::Client, "Сколько стоит?".to_owned(), true),
            (Role::Manager, "30 000".to_owned(), true),
            (Role::Client, placeholder, true),
        ]
    );
    let InboundEvent::History(ours) = &events[1] else { panic!("no message") };
    assert_eq!(ours.body.receiver.as_ref().unwrap().id, MARIA);
    let InboundEvent::Changed(file) = one("history_media") else { panic!("no edit") };
    assert_eq!(
        file.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQISTAwMDNB",
        "in the place of its placeholder"
    );
    assert_eq!((file.written.body.content.kind(), file.written.body.silent), ("picture", true));
    let value = json!("declined");
    assert_eq!(one("history_declined"), InboundEvent::Learned { part: "history", key: "state".to_owned(), value });
}
