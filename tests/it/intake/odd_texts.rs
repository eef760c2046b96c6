//! What machines write oddly: the rest of it arrives.

use parom_tests::once;
use parom_tests::settings::HOST;
use reqwest::Method;
use serde_json::json;
use simulator::crm::{HookMessage, MessageView};

use super::PigeonWorld;

fn at_crm(world: &PigeonWorld) -> Vec<MessageView> {
    world.sandbox.messages(HOST)
}

async fn half_an_emoji_loses_nothing_but_itself(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let wrote = |id: &str, text: &str| format!(r#"[{{"wrote":{{"id":"{id}","chat":"anna","text":"{text}"}}}}]"#);
    let own = format!("/hooks/pigeon/{}", line.source_id);
    let cut = wrote("3", "a byte |");
    let (before, after) = cut.split_once('|').unwrap();
    for body in [
        wrote("1", r"one \ud83d half").into_bytes(),
        format!("\u{feff}{}", wrote("2", r"a mark, \udc4b")).into_bytes(),
        [before.as_bytes(), b"\xff", after.as_bytes()].concat(),
    ] {
        assert_eq!(world.calls(Method::POST, &own, "of the line", body).await.0, 200);
    }
    let call = format!(r#"{{"lines":[{{"line":"one","events":{}}}]}}"#, wrote("4", r"of the app \ud83d"));
    assert_eq!(world.calls(Method::POST, "/hooks/pigeon", "of the app", call).await.0, 200);
    world.deliver_all().await;
    let wanted = ["one \u{fffd} half", "a mark, \u{fffd}", "a byte \u{fffd}", "of the app \u{fffd}"];
    assert_eq!(at_crm(world).into_iter().map(|one| one.text).collect::<Vec<_>>(), wanted);
    assert!(world.quarantined().await.is_empty());
}

/// P10: amoCRM would show nothing to see, find or click.
async fn an_invisible_name_is_none(world: &mut PigeonWorld) {
    let line = world.line("support").await;
    let odd = [" ", "\u{3164}", "\u{200e}", "\u{2800}", "\u{ad}\u{200b}", "\u{3164}\u{200f}"];
    for (number, name) in odd.into_iter().enumerate() {
        let phone = (number > 0).then(|| format!("+7999000112{number}"));
        let message = json!({ "id": format!("m{number}"), "conversation": { "id": format!("chat-{number}") },
            "sender": { "role": "client", "id": format!("person-{number}"), "name": name, "phone": phone },
            "content": { "type": "text", "text": "Hello" } });
        world.api.post(&line.path("/messages"), &message).await.is(202);
    }
    world.deliver_all().await;
    let mut names: Vec<String> = at_crm(world).into_iter().map(|one| one.sender_name).collect();
    names.sort();
    let phones = (1..6).map(|number| format!("+7999000112{number}"));
    assert_eq!(names, phones.chain(["person-0".to_owned()]).collect::<Vec<_>>());
}

/// Messages arrive, and what is reported about them later finds them. The messenger is not asked about ids that it does not
/// know.
async fn ids_of_any_length_are_stored(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let long = "y".repeat(300);
    let wrote = json!({ "wrote": { "id": long, "chat": "anna", "text": "Hello" } });
    world.reports(&line, json!([wrote, wrote])).await;
    world.deliver_all().await;
    assert_eq!(at_crm(world).len(), 1, "a repeat is recognised");
    // The messenger's id of an answer is its text, here.
    let answer = world.answers(&line, &long).await;
    let read = json!([{ "status": { "letter": null, "message": format!("{long} after nothing"), "state": "read", "failure": null } }]);
    world.reports(&line, read).await;
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, base::message::State::Read.number());
    assert!(world.quarantined().await.is_empty());
    line.manager_sends(world, "anna", HookMessage::text("Bye")).await;
    world.deliver_to_the_end().await;
}

once!(half_an_emoji_loses_nothing_but_itself, an_invisible_name_is_none, ids_of_any_length_are_stored);
