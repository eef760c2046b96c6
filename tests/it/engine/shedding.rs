//! What is turned away when there is too much, and that amoCRM's hooks never are.

use parom::shed::MOST_BYTES;
use parom_tests::{Line, World, once};
use serde_json::json;

/// Answers of a page, the API, a messenger's webhook, and whether a manager's message is stored.
async fn answers(world: &mut World, line: &Line, text: &str) -> [bool; 4] {
    let page = world.api.get("/panel/sign-in").await;
    let message = json!({
        "id": format!("api {text}"), "conversation": {"id": "anna"}, "content": {"type": "text", "text": text},
        "sender": {"role": "client", "id": "user-anna", "name": "Anna"},
    });
    let api = world.api.post(&line.path("/messages"), &message).await;
    let messenger = world.api.post(&format!("/hooks/telegram/{}", line.source_id), &json!({})).await;
    for refused in [&page, &api, &messenger] {
        assert!(refused.status != 503 || !refused.header("retry-after").is_empty(), "{}", refused.text);
    }
    world.manager(line).answers("anna", text).await;
    let stored = world.messages().await.iter().any(|message| message.direction == 2 && message.body.contains(text));
    [page.status != 503, api.status != 503, messenger.status != 503, stored]
}

async fn pages_go_first_then_the_api_then_messengers_and_hooks_never(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let load = world.app().load.clone();
    for (hundredths, expected) in [
        (0, [true, true, true, true]),
        (51, [false, true, true, true]),
        (71, [false, false, true, true]),
        (86, [false, false, false, true]),
        (300, [false, false, false, true]),
    ] {
        let held = load.enter(MOST_BYTES / 100 * hundredths);
        assert_eq!(answers(world, &line, &format!("at {hundredths}")).await, expected, "{hundredths}");
        drop(held);
    }
    assert_eq!(answers(world, &line, "afterwards").await, [true; 4], "and it is over when it is over");
    let page = world.app().metrics.render();
    for class in ["page", "api", "messenger"] {
        assert!(page.contains(&format!("parom_shed_total{{class=\"{class}\"}}")), "{class}: {page}");
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), 6, "every hook was carried");
}

async fn a_disk_that_fills_stops_what_is_taken_in(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let load = world.app().load.clone();
    for (free, expected) in [(9, [true, false, true, true]), (4, [true, false, false, true]), (50, [true; 4])] {
        load.disk_has(free);
        assert_eq!(answers(world, &line, &format!("free {free}")).await, expected, "{free}");
        if free < 10 {
            world.api.get(&line.path("")).await.is(200);
        }
    }
    world.deliver_to_the_end().await;
}

once!(pages_go_first_then_the_api_then_messengers_and_hooks_never, a_disk_that_fills_stops_what_is_taken_in);
