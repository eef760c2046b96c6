//! What a community's program is refused.

use serde_json::json;
use simulator::vk::{Act, NewCommunity};

use super::World;

/// An inline keyboard of so many rows of so many buttons with this label.
fn keyboard(rows: usize, columns: usize, label: &str) -> String {
    let button = json!({"action": {"type": "text", "label": label}, "color": "secondary"});
    json!({"inline": true, "buttons": vec![vec![button; columns]; rows]}).to_string()
}

#[tokio::test]
async fn the_same_random_id_is_the_same_message() {
    let world = World::met().await;
    let send = async |random: &str, text: &str| {
        world.ok("messages.send", &[("random_id", random), ("message", text)]).await.as_i64().unwrap()
    };
    let first = send("77", "One").await;
    assert_eq!(send("77", "Two").await, first);
    assert_ne!(send("78", "Two").await, first);
    assert_ne!(send("0", "Three").await, send("0", "Three").await, "0 is no key");
    let texts: Vec<_> = world.sent().into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["One", "Two", "Three", "Three"]);
}

#[tokio::test]
async fn a_person_without_consent_gets_no_messages() {
    let world = World::start().await;
    let (vk, hi) = (world.vk(), [("random_id", "0"), ("message", "Hi")]);
    assert_eq!(world.refused("messages.send", &hi).await, 901);
    world.maria().starts("").unwrap();
    world.ok("messages.send", &hi).await;
    world.maria().stops().unwrap();
    assert_eq!(world.refused("messages.send", &hi).await, 901);
    vk.act(Act::own("ban").who(world.maria).line(world.acme.id).with("banned", true)).unwrap();
    assert_eq!(world.refused("messages.send", &hi).await, 900);
    vk.delete_person(world.maria);
    assert_eq!(world.refused("messages.send", &hi).await, 18);
}

/// A method, its parameters and the code of its refusal.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a str)], i64);

#[tokio::test]
async fn tokens_rights_and_versions_are_checked() {
    let world = World::met().await;
    let vk = world.vk();
    let (weak, long) = (vk.add_token(world.acme.id, &["photos"]), "x".repeat(9_001));
    let boards = [(3, 4, "Да"), (7, 1, "Да"), (1, 6, "Да"), (1, 1, &*"x".repeat(41))]
        .map(|(rows, columns, label)| keyboard(rows, columns, label));
    let wrong: &[Refused] = &[
        ("no.method", &[], 3),
        ("users.get", &[("v", "5.80")], 8),
        ("users.get", &[("access_token", "vk1.a.none")], 5),
        ("messages.send", &[("access_token", &weak)], 15),
        ("photos.createComment", &[], 27),
        ("messages.send", &[("random_id", "0"), ("peer_id", "5")], 936),
        ("messages.send", &[("random_id", "0"), ("peer_id", "2000000099")], 917),
        ("messages.send", &[("random_id", "x"), ("message", "Hi")], 100),
        ("messages.send", &[("random_id", "0"), ("message", "  ")], 100),
        ("messages.send", &[("random_id", "0"), ("message", &long)], 914),
        ("messages.send", &[("random_id", "0"), ("message", "?"), ("keyboard", "{")], 100),
        ("messages.send", &[("random_id", "0"), ("attachment", "photo-1_1")], 100),
        ("messages.send", &[("random_id", "0"), ("lat", "91"), ("long", "0")], 100),
        ("messages.send", &[("random_id", "0"), ("forward", r#"{"message_ids": [1], "is_reply": 1}"#)], 921),
        ("messages.edit", &[("cmid", "1"), ("message", "not ours")], 15),
        ("messages.sendReaction", &[("cmid", "1"), ("reaction_id", "99")], 1009),
        ("docs.getMessagesUploadServer", &[("type", "video")], 100),
        ("docs.save", &[("file", "nothing")], 105),
        ("photos.saveMessagesPhoto", &[("photo", "[]"), ("hash", "x")], 129),
        ("wall.createComment", &[("owner_id", "-1"), ("post_id", "77"), ("message", "x")], 212),
        ("groups.getCallbackServers", &[("group_id", "1")], 15),
        ("groups.deleteCallbackServer", &[("server_id", "3")], 104),
        ("groups.addCallbackServer", &[("url", "http://a.test"), ("title", "Parom"), ("secret_key", "a-b")], 100),
        ("groups.addCallbackServer", &[("url", "http://a.test"), ("title", "a title too long")], 100),
    ];
    for (method, params, code) in wrong {
        assert_eq!(world.refused(method, params).await, *code, "{method} {params:?}");
    }
    for board in &boards {
        let params = [("random_id", "0"), ("message", "?"), ("keyboard", board.as_str())];
        assert_eq!(world.refused("messages.send", &params).await, 911, "{board}");
    }
    let other = vk.add_community(NewCommunity::default()).id;
    for (asked, id) in [("", world.acme.id), (&*other.to_string(), other)] {
        let group = world.ok("groups.getById", &[("group_id", asked)]).await["groups"][0].take();
        assert_eq!((&group["id"], &group["screen_name"]), (&json!(id), &json!("acme")), "any is described to any key");
    }
    let rights = world.ok("groups.getTokenPermissions", &[]).await;
    let names = rights["permissions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["photos", "messages", "wall", "docs", "manage"]);
    let row = keyboard(2, 5, "Да");
    let asks = [("random_id", "0"), ("message", "Да?"), ("keyboard", &*row)];
    world.ok("messages.send", &asks).await;
    vk.set_features(world.acme.id, true, false);
    assert_eq!(world.refused("messages.send", &asks).await, 912);
    vk.set_features(world.acme.id, false, true);
    assert_eq!(world.refused("messages.send", &asks).await, 15);
    vk.revoke_tokens(world.acme.id);
    assert_eq!(world.refused("messages.send", &asks).await, 5);
}
