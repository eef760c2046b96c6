//! Edits, presses, reactions, groups, and Telegram Business chats.

use base::message::Role;

use super::*;

fn changed(name: &str) -> crate::incoming::EditedMessage {
    match one(name) {
        InboundEvent::Changed(changed) => *changed,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_change_names_its_message_and_is_known_again() {
    let edit = changed("edited_text");
    assert_eq!(edit.written.external_id, "5512345678:4101");
    assert_eq!(edit.written.body.content, Content::Text { text: "👋🏽 Hi! See our NEW offer".to_owned() });
    assert_eq!(edit.key, changed("edited_text").key, "the same update again");
    let other = read_with(&settings(), &with("edited_text", "/edited_message/text", json!("x")), Language::En);
    let Ok([InboundEvent::Changed(other)]) = other.as_deref() else { panic!("{other:?}") };
    assert_ne!(other.key, edit.key);
    let media = changed("edited_media");
    let photo = media.written.body.content.media().cloned().unwrap();
    assert_eq!(media.written.external_id, "5512345678:4104");
    assert_eq!(photo.text.as_deref(), Some("Чек об оплате (исправлен)"));
    assert_eq!(photo.known_as.as_deref(), Some("AQADx7a1b2c3"));
}

#[test]
fn a_press_arrives_with_the_label_of_its_button() {
    let InboundEvent::Pressed(press) = one("callback_query") else { panic!("no press") };
    assert_eq!(press.written.external_id, "callback:2371234567890123456");
    assert_eq!(press.written.body.content, Content::Text { text: "Yes".to_owned() });
    assert_eq!((press.acknowledge.as_str(), press.data.as_str()), ("2371234567890123456", "b:7Qp2Zx1:0:0"));
    let InboundEvent::Pressed(old) = one("callback_inaccessible") else { panic!("no press") };
    assert_eq!(old.written.body.content, Content::Text { text: String::new() }, "its message contains the label");
    assert_eq!(old.written.conversation_id, "5512345678");
}

#[test]
fn of_reactions_the_first_emoji_counts() {
    let reaction = |name: &str| match one(name) {
        InboundEvent::Reacted(reacted) => (reacted.message, reacted.sender.id, reacted.emoji),
        other => panic!("{name}: {other:?}"),
    };
    let said = |emoji: Option<&str>| ("5512345678:4190".to_owned(), "5512345678".to_owned(), emoji.map(str::to_owned));
    assert_eq!(reaction("reaction_add"), said(Some("👍")));
    assert_eq!(reaction("reaction_change"), said(None), "amoCRM has no custom emoji");
    assert_eq!(reaction("reaction_remove"), said(None));
}

#[test]
fn customers_shut_the_bot_out_and_let_it_in() {
    let reach = |name: &str| match one(name) {
        InboundEvent::Reach { conversation_id, reachable, at } => (conversation_id, reachable, at),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(reach("my_chat_member_blocked"), ("5512345678".to_owned(), false, 1_795_169_300_000));
    assert_eq!(reach("my_chat_member_unblocked"), ("5512345678".to_owned(), true, 1_795_169_700_000));
}

#[test]
fn a_group_is_one_conversation_and_each_message_names_who_wrote_it() {
    let InboundEvent::Began(began) = one("group_added") else { panic!("a message") };
    assert_eq!((began.conversation_id.as_str(), began.customer.name.as_deref()), ("-4012345678", Some("Delivery 77")));
    let told = written("group_text");
    assert_eq!((told.conversation_id.as_str(), told.external_id.as_str()), ("-1002233445566", "-1002233445566:4133"));
    assert_eq!(told.body.sender.name.as_deref(), Some("Maria Kovaleva"));
    assert_eq!(told.room.unwrap().name.as_deref(), Some("Delivery 77"));
    let nobody = written("group_anonymous_admin").body.sender;
    assert_eq!((nobody.id.as_str(), nobody.name.as_deref()), ("-1002233445566", Some("Delivery 77 (логист)")));
    let topic = written("forum_topic");
    assert_eq!(
        (topic.conversation_id.as_str(), topic.external_id.as_str()),
        ("-1003344556677/14", "-1003344556677:4136")
    );
}

#[test]
fn groups_are_of_no_interest_unless_they_are_wanted() {
    let mut settings = settings();
    settings.public["groups"] = json!(false);
    for name in ["group_added", "group_text", "group_anonymous_admin", "migrate_to", "migrate_from", "forum_topic"] {
        let told = read_with(&settings, &body(name), Language::En).unwrap();
        assert_eq!(told, [InboundEvent::Nothing("group")], "{name}");
    }
}

#[test]
fn both_updates_about_a_moved_group_mean_the_same() {
    let moved = InboundEvent::Moved { from: "-4012345678".to_owned(), to: "-1002233445566".to_owned() };
    assert_eq!((one("migrate_to"), one("migrate_from")), (moved.clone(), moved));
}

#[test]
fn a_person_gives_and_takes_their_chats() {
    let learned = |name: &str| match <[InboundEvent; 2]>::try_from(read(name)).unwrap() {
        [
            InboundEvent::Learned { part: "business", key, value: connection },
            InboundEvent::Learned { part: "owners", value: owner, .. },
        ] => (key, connection, owner),
        other => panic!("{name}: {other:?}"),
    };
    let (key, connection, owner) = learned("business_connection");
    assert_eq!((key.as_str(), connection), ("6098765432", json!("kQ7mAbCdEf0BAAAAx1y2z3")));
    assert_eq!((&owner["name"], &owner["is_enabled"]), (&json!("Oleg Petrov"), &json!(true)));
    let (_, connection, owner) = learned("business_disconnected");
    assert_eq!((connection, &owner["is_enabled"]), (Value::Null, &json!(false)));
}

#[test]
fn chats_in_a_persons_name_are_separate_conversations() {
    let told = written("business_message_in");
    assert_eq!(told.conversation_id, "b6098765432/5512345678", "not the bot's own chat with the same person");
    assert_eq!((told.body.sender.role, told.external_id.as_str()), (Role::Client, "b6098765432/5512345678:4138"));
    let by_phone = written("business_message_out");
    assert_eq!((by_phone.body.sender.role, by_phone.body.sender.id.as_str()), (Role::Manager, "6098765432"));
    assert_eq!(by_phone.body.receiver.unwrap().id, "5512345678");
    assert_eq!(one("business_message_echo"), InboundEvent::Nothing("echo"));
    assert_eq!(changed("business_message_edited").written.external_id, "b6098765432/5512345678:4138");
    let deleted = ["b6098765432/5512345678:4138", "b6098765432/5512345678:4139"];
    let each = deleted.map(|id| InboundEvent::TookBack { pieces: vec![id.to_owned()] });
    assert_eq!(read("business_messages_deleted"), each, "of which one may be known and the other not");
}

#[test]
fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    assert_eq!(one("unknown_update"), InboundEvent::Unknown("update"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/telegram");
    let mut read_in = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("api_") || name == "unknown_update" {
            continue;
        }
        let told = read(&name);
        assert!(
            !told.is_empty() && !told.iter().any(|one| matches!(one, InboundEvent::Unknown(_))),
            "{name}: {told:?}"
        );
        read_in += 1;
    }
    assert_eq!(read_in, 54);
}
