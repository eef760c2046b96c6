//! The account of messages: each figure leads to the messages that it counts.

use parom_tests::{Answer, Reply, Visitor, World, both};

/// Where a figure of the overview leads.
fn link(page: &Reply, words: &str) -> String {
    let text = page.text.replace('\u{a0}', " ");
    let before = text.split_once(&format!("\">{words}</a>")).unwrap_or_else(|| panic!("no {words:?} in {text}")).0;
    before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&").replace("&amp;", "&")
}

async fn lists(visitor: &Visitor, page: &Reply, words: &str, found: &str) -> Reply {
    let list = visitor.opens(&link(page, words)).await.is(200);
    list.says(&[found, "Since 03:00"]);
    list
}

async fn each_figure_leads_to_its_messages(world: &mut World) {
    let line = world.line("support").await;
    for name in ["anna", "carl", "dora"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("carl", "Two").await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    for text in ["Three", "Four"] {
        world.manager(&line).answers("dora", text).await;
    }
    world.deliver_all().await;
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel").await.is(200);
    lists(&anna, &page, "3 accepted", "3 messages").await.never_says(&["Failed</span>"]);
    lists(&anna, &page, "3 delivered", "3 messages").await;
    lists(&anna, &page, "0 failed", "Nothing found").await;
    lists(&anna, &page, "4 accepted", "4 messages").await;
    lists(&anna, &page, "1 delivered", "1 message").await;
    lists(&anna, &page, "1 failed", "1 message").await;
    lists(&anna, &page, "2 waiting", "2 messages").await.says(&["On hold", "All that waits"]);
    // The days are those of the account of messages: what came before is in neither.
    world.advance(std::time::Duration::from_secs(86_400));
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel?period=7").await.is(200);
    assert!(link(&page, "4 accepted").ends_with("period=2026-11-15"), "{}", link(&page, "4 accepted"));
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

both!(each_figure_leads_to_its_messages);
