//! Texts, names and ids of strangers are text on every page, in any form.

use parom_tests::settings::{ATTACKS, payloads};
use parom_tests::{Reply, Visitor, World, once};
use serde_json::json;

use super::ids;

/// What no page may hold when it comes from outside: markup that our templates never write.
const NEVER: [&str; 21] = [
    "<script>alert",
    "<SCRIPT",
    "<img src=x",
    "<svg onload",
    "<svg><script",
    "<iframe",
    "<object",
    "<embed",
    "<style",
    "<link rel=stylesheet",
    "<base ",
    "<meta http-equiv",
    "<form action=//",
    "<input autofocus",
    "<details open ontoggle",
    "<video",
    "<math",
    "<template",
    "<!--",
    "href=\"javascript:",
    "<b>bold",
];

async fn strangers_words_are_text(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    for (number, payload) in payloads().enumerate() {
        let body = json!({
            "id": format!("id-{number}-{payload}"),
            "conversation": {"id": format!("chat-{number}-{payload}")},
            "sender": {"role": "client", "id": format!("user-{payload}"), "name": payload, "phone": format!("+7915{number:07}{payload}"), "email": format!("{payload}@example.com")},
            "content": {"type": "text", "text": payload},
        });
        let reply = customer.posts(&body).await;
        assert!(reply.status == 202 || reply.status == 422, "{}", reply.text);
        if reply.status == 422 {
            let mut plain = body.clone();
            plain["sender"] = json!({"role": "client", "id": "user", "name": payload});
            plain["conversation"]["id"] = json!(format!("chat-{number}"));
            plain["id"] = json!(format!("id-{number}"));
            customer.posts(&plain).await.is(202);
        }
    }
    world.deliver_all().await;
    // The source has such a name and needs attention, and so has the reader.
    let attack = "\"><script>alert(1)</script>";
    world.api.patch(&line.path(""), &json!({"name": attack, "paused": true})).await.is(200);
    let visitor = world.panel_as(line.tenant_id, 5, &format!("{attack}<img src=x onerror=alert(1)>"), true).await;
    let lists = all_pages(&visitor, "/panel/messages").await;
    let messages: Vec<String> = lists.iter().flat_map(ids).collect();
    assert_eq!(messages.len(), 200);
    let mut pages = vec![
        "/panel/messages".to_owned(),
        "/panel/conversations".to_owned(),
        "/panel/sources".to_owned(),
        "/panel/webhooks".to_owned(),
        format!("/panel/sources/{}", line.source_id),
    ];
    pages.extend(["", "/account", "/team", "/audit", "/me", "/data"].map(|rest| format!("/panel{rest}")));
    for payload in ATTACKS {
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        pages.push(format!("/panel/messages?q={query}"));
        pages.push(format!("/panel/conversations?q={query}&source={query}&cursor={query}"));
        pages.push(format!(
            "/panel/messages?state={query}&direction={query}&period={query}&source={query}&cursor={query}"
        ));
        pages.push(format!("/panel/undelivered?reason={query}&source={query}&period={query}"));
    }
    pages.extend(messages.iter().map(|id| format!("/panel/messages/{id}")));
    let chats = all_pages(&visitor, "/panel/conversations").await;
    for list in lists.iter().chain(&chats) {
        inert("a list", &list.text);
    }
    pages.extend(
        chats
            .iter()
            .flat_map(|list| list.text.split("\"/panel/conversations/").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .map(|id| format!("/panel/conversations/{id}")),
    );
    for path in pages {
        let page = visitor.opens(&path).await.is(200);
        inert(&path, &page.text);
        assert!(page.header("content-security-policy").contains("script-src 'nonce-"), "{path}");
    }
    for id in messages {
        let page = visitor.sends(&format!("/panel/messages/{id}/text"), &[]).await.is(200);
        inert(&id, &page.text);
        let report = visitor.opens(&format!("/panel/messages/{id}/report")).await.is(200);
        assert!(report.header("content-type").starts_with("text/plain"));
        assert_eq!(report.header("x-content-type-options"), "nosniff");
    }
}

/// A list with everything that is older.
async fn all_pages(visitor: &Visitor, path: &str) -> Vec<Reply> {
    let mut pages = vec![visitor.opens(path).await.is(200)];
    while let Some(next) = pages.last().unwrap().between("rel=\"next\" href=\"", "\"") {
        let next = next.replace("&#38;", "&");
        pages.push(visitor.opens(&next).await.is(200));
    }
    pages
}

#[track_caller]
fn inert(path: &str, text: &str) {
    for never in NEVER {
        assert!(!text.contains(never), "{path} holds {never}");
    }
}

once!(strangers_words_are_text);
