//! What a community's program sends.

use serde_json::{Value, json};
use simulator::vk::{Act, Content, Fault, NewChat, Place};

use super::stage::{Receiver, Stage, keyboard};

#[actix_web::test]
async fn the_same_random_id_is_the_same_message() {
    let stage = Stage::met().await;
    let first = stage.send("77", "One").await;
    assert_eq!(stage.send("77", "Two").await, first);
    assert_ne!(stage.send("78", "Two").await, first);
    assert_ne!(stage.send("0", "Three").await, stage.send("0", "Three").await, "0 is no key");
    let texts: Vec<_> = stage.vk.sent(stage.acme.id, stage.maria).into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["One", "Two", "Three", "Three"]);
}

#[actix_web::test]
async fn a_person_without_consent_gets_no_messages() {
    let stage = Stage::start().await;
    let peer = stage.maria.to_string();
    let params = [("peer_id", peer.as_str()), ("random_id", "1"), ("message", "Hi")];
    assert_eq!(stage.refused("messages.send", &params).await, 901);
    let key = String::new();
    stage.vk.act(Act::Allow { who: stage.maria, community: stage.acme.id, key }).unwrap();
    stage.ok("messages.send", &params).await;
    stage.vk.act(Act::Deny { who: stage.maria, community: stage.acme.id }).unwrap();
    let again = [("peer_id", peer.as_str()), ("random_id", "2"), ("message", "Hi")];
    assert_eq!(stage.refused("messages.send", &again).await, 901);
    stage.vk.act(Act::Ban { community: stage.acme.id, who: stage.maria, banned: true }).unwrap();
    assert_eq!(stage.refused("messages.send", &again).await, 900);
    stage.vk.delete_person(stage.maria);
    assert_eq!(stage.refused("messages.send", &again).await, 18);
    let unknown = [("peer_id", "5"), ("random_id", "3"), ("message", "Hi")];
    assert_eq!(stage.refused("messages.send", &unknown).await, 936);
}

#[actix_web::test]
async fn tokens_rights_and_versions_are_checked() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    let params = [("peer_id", peer.as_str()), ("random_id", "1"), ("message", "Hi")];
    let weak = stage.vk.add_token(stage.acme.id, &["photos"]);
    let with = |token: &str| {
        [&params[..], &[("access_token", token)]]
            .concat()
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    let call = async |params: Vec<(String, String)>| {
        let params: Vec<(&str, &str)> = params.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        stage.refused("messages.send", &params).await
    };
    assert_eq!(call(with(&weak)).await, 15);
    assert_eq!(call(with("vk1.a.none")).await, 5);
    assert_eq!(stage.refused("users.get", &[("v", "5.80")]).await, 8);
    assert_eq!(stage.refused("no.method", &[]).await, 3);
    let photo = [("owner_id", "-1"), ("photo_id", "1"), ("message", "x")];
    assert_eq!(stage.refused("photos.createComment", &photo).await, 27, "for people's tokens alone");
    stage.vk.set_features(stage.acme.id, false, true);
    assert_eq!(stage.refused("messages.send", &params).await, 15);
    stage.vk.revoke_tokens(stage.acme.id);
    assert_eq!(stage.refused("messages.send", &params).await, 5);
}

#[actix_web::test]
async fn texts_and_keyboards_have_limits() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    let send = |message: String, keyboard: String| {
        let (stage, peer) = (&stage, peer.clone());
        async move {
            let params =
                [("peer_id", peer.as_str()), ("random_id", "9"), ("message", &message), ("keyboard", &keyboard)];
            stage.call("messages.send", &params).await["error"]["error_code"].clone()
        }
    };
    assert_eq!(send("x".repeat(9_001), String::new()).await, 914);
    assert_eq!(send("  ".into(), String::new()).await, 100);
    let text = json!({"type": "text", "label": "Да", "payload": "{}"});
    assert_eq!(send("Да?".into(), keyboard(&vec![text.clone(); 6])).await, 911);
    assert_eq!(send("Да?".into(), "{".into()).await, 100);
    stage.vk.set_features(stage.acme.id, true, false);
    assert_eq!(send("Да?".into(), keyboard(std::slice::from_ref(&text))).await, 912);
    stage.vk.set_features(stage.acme.id, true, true);
    assert!(send("Да?".into(), keyboard(&[text])).await.is_null());
}

#[actix_web::test]
async fn buttons_send_texts_or_events() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &["message_new", "message_event"]).await;
    stage.vk.writes(stage.maria, stage.acme.id, "Hello").unwrap();
    let peer = stage.maria.to_string();
    let rows = keyboard(&[
        json!({"type": "text", "label": "Да", "payload": "{\"a\":1}"}),
        json!({"type": "callback", "label": "Нет", "payload": "{\"a\":2}"}),
        json!({"type": "open_link", "label": "Сайт", "link": "https://acme.test"}),
    ]);
    let params = [("peer_id", peer.as_str()), ("random_id", "9"), ("message", "Везём?"), ("keyboard", &rows)];
    stage.ok("messages.send", &params).await;
    let cmid = stage.vk.sent(stage.acme.id, stage.maria)[0].cmid;
    let press = |column| Act::Press { who: stage.maria, to: Place::Community(stage.acme.id), cmid, row: 0, column };
    stage.vk.act(press(0)).unwrap();
    let pressed = stage.vk.act(press(1)).unwrap();
    assert!(stage.vk.act(press(2)).is_err());
    stage.vk.deliver_all().await;
    let events = receiver.events();
    let (text, event) = (&events[1]["object"]["message"], &events[2]["object"]);
    assert_eq!((&text["text"], &text["payload"]), (&json!("Да"), &json!("{\"a\":1}")));
    assert_eq!((&event["payload"], &event["conversation_message_id"]), (&json!({"a": 2}), &json!(cmid)));
    let answer = [("event_id", pressed.event.as_str()), ("user_id", &peer), ("peer_id", &peer)];
    stage.ok("messages.sendMessageEventAnswer", &answer).await;
    assert_eq!(stage.vk.answers(stage.acme.id)[0].0, pressed.event);
}

#[actix_web::test]
async fn messages_are_quoted_forwarded_edited_and_reacted_to() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    let first = stage.send("1", "One").await;
    let cmid = stage.vk.sent(stage.acme.id, stage.maria)[0].cmid;
    let reply = json!({"peer_id": stage.maria, "message_ids": [first], "is_reply": 1}).to_string();
    let params = [("peer_id", peer.as_str()), ("random_id", "2"), ("message", "Two"), ("forward", &reply)];
    stage.ok("messages.send", &params).await;
    let shown = &stage.vk.sent(stage.acme.id, stage.maria)[1];
    assert_eq!((shown.reply_to, &shown.json["reply_message"]["text"]), (Some(cmid), &json!("One")));
    let gone = json!({"peer_id": stage.maria, "message_ids": [1], "is_reply": 1}).to_string();
    let params = [("peer_id", peer.as_str()), ("random_id", "3"), ("message", "Two"), ("forward", &gone)];
    assert_eq!(stage.refused("messages.send", &params).await, 921);

    let id = first.to_string();
    let edit = [("peer_id", peer.as_str()), ("message_id", &id), ("message", "One more")];
    stage.ok("messages.edit", &edit).await;
    assert_eq!(stage.vk.sent(stage.acme.id, stage.maria)[0].text, "One more");
    let place = cmid.to_string();
    stage.ok("messages.sendReaction", &[("peer_id", &peer), ("cmid", &place), ("reaction_id", "4")]).await;
    assert_eq!(stage.vk.sent(stage.acme.id, stage.maria)[0].reactions, [(-stage.acme.id, 4)]);
    let unknown = [("peer_id", peer.as_str()), ("cmid", &place), ("reaction_id", "99")];
    assert_eq!(stage.refused("messages.sendReaction", &unknown).await, 1009);
    stage.ok("messages.deleteReaction", &[("peer_id", &peer), ("cmid", &place)]).await;
    assert!(stage.vk.sent(stage.acme.id, stage.maria)[0].reactions.is_empty());
    stage.advance(86_401);
    assert_eq!(stage.refused("messages.edit", &edit).await, 909);
}

#[actix_web::test]
async fn chats_have_no_message_ids() {
    let stage = Stage::start().await;
    let chat = NewChat { title: "Team".into(), community: stage.acme.id, members: vec![stage.maria] };
    let chat = stage.vk.add_chat(chat);
    let to = Place::Chat(stage.acme.id, chat);
    let with = Box::default();
    stage.vk.act(Act::Send { who: stage.maria, to, content: Content::text("Hi"), with }).unwrap();
    let peer = chat.to_string();
    let sent = stage.ok("messages.send", &[("peer_ids", &peer), ("random_id", "1"), ("message", "Hello")]).await;
    assert_eq!(sent, json!([{"peer_id": chat, "message_id": 0, "conversation_message_id": 2}]));
    let strange = [("peer_id", "2000000099"), ("random_id", "1"), ("message", "Hello")];
    assert_eq!(stage.refused("messages.send", &strange).await, 917);
}

#[actix_web::test]
async fn places_and_typing_are_shown() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    let params = [("peer_id", peer.as_str()), ("random_id", "1"), ("lat", "43.25"), ("long", "76.95")];
    stage.ok("messages.send", &params).await;
    let shown = &stage.vk.sent(stage.acme.id, stage.maria)[0].json["geo"]["coordinates"];
    assert_eq!(*shown, json!({"latitude": 43.25, "longitude": 76.95}));
    stage.ok("messages.setActivity", &[("peer_id", &peer), ("type", "typing")]).await;
    assert_eq!(stage.vk.activities(stage.acme.id), [(stage.maria, "typing".to_owned())]);
    let page = stage.http.get(format!("{}/phone/{}/{}", stage.vk.base_url(), stage.maria, stage.acme.id));
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Acme is typing…") && page.contains("Hello"), "{page}");
}

#[actix_web::test]
async fn faults_break_calls_and_rates_are_counted() {
    let stage = Stage::met().await;
    let ask: [(&str, &str); 0] = [];
    stage.vk.faults().refuse("users.get", 6);
    stage.vk.faults().next("users.get", 1, Fault::Refuse { code: 9, text: "Flood control: later".into() });
    assert_eq!(stage.refused("users.get", &ask).await, 6);
    assert_eq!(stage.call("users.get", &ask).await["error"]["error_msg"], "Flood control: later");
    assert_eq!(stage.ok("users.get", &ask).await, json!([]));
    stage.vk.faults().next("messages.send", 1, Fault::ResetAfter);
    let (url, peer) = (format!("{}/method/messages.send", stage.vk.base_url()), stage.maria.to_string());
    let query = [("access_token", stage.acme.token.as_str()), ("v", "5.199"), ("peer_id", &peer), ("random_id", "5")];
    let lost = stage.http.post(url).query(&query).query(&[("message", "Hi")]).send().await;
    let lost: Option<Value> = match lost {
        Ok(answer) => answer.json().await.ok(),
        Err(_) => None,
    };
    assert_eq!((lost, stage.vk.sent(stage.acme.id, stage.maria).len()), (None, 1), "done, and the answer is lost");
    stage.vk.set_rates(true);
    for _ in 0..20 {
        stage.ok("users.get", &ask).await;
    }
    assert_eq!(stage.refused("users.get", &ask).await, 6);
    stage.advance(1);
    stage.ok("users.get", &ask).await;
}
