//! What has to be mended comes before sending again: the button of the message's page, and of the undelivered.

use parom_tests::{Answer, Line, Reply, Visitor, World, once};
use serde_json::json;

use super::{ids, in_russian, olga};

/// The text of the main button of the page's first card; empty if it has none.
fn main_button(page: &Reply) -> String {
    let card = page.between("aria-labelledby=\"answer\"", "</section>").expect("the answer");
    let button = card.split_once("class=\"button primary\"").map_or("", |(_, rest)| rest);
    let text = button.split_once('>').map_or("", |(_, rest)| rest);
    text.split('<').next().unwrap_or_default().trim().replace('\u{a0}', " ")
}

async fn failed(world: &mut World, line: &Line, answer: Answer) -> String {
    world.customer(line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([answer]);
    world.manager(line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages?state=failed").await.is(200);
    ids(&list).pop().expect("a failed message")
}

async fn opens(visitor: &Visitor, id: &str) -> Reply {
    visitor.opens(&format!("/panel/messages/{id}")).await.is(200)
}

async fn a_source_without_access_is_mended_first(world: &mut World) {
    let line = world.line("support").await;
    let id = failed(world, &line, Answer::status(422)).await;
    let visitor = olga(world, line.tenant_id).await;
    let page = opens(&visitor, &id).await;
    assert_eq!(main_button(&page), "Send again");
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    let page = opens(&visitor, &id).await;
    assert_eq!(main_button(&page), "Switch on");
    page.says(&["<button class=\"button\" type=\"submit\">Send again</button>"]);
    let page = opens(&in_russian(visitor).await, &id).await;
    assert_eq!(main_button(&page), "Снять паузу");
    page.says(&["<button class=\"button\" type=\"submit\">Отправить ещё раз</button>"]);
}

async fn a_customer_who_blocked_the_bot_is_not_written_to_again_by_the_main_button(world: &mut World) {
    let line = world.line("support").await;
    let blocked = json!({"status": "failed", "error": {"code": "recipient_blocked"}});
    let id = failed(world, &line, Answer::Status(200, blocked)).await;
    let visitor = olga(world, line.tenant_id).await;
    let page = opens(&visitor, &id).await;
    page.says(&["The customer blocked the bot"]);
    assert_ne!(main_button(&page), "Send again", "{}", page.text);
    let list = visitor.opens("/panel/undelivered").await.is(200);
    list.never_says(&["class=\"button primary\" name=\"do\" value=\"retry\""]);
    // To the second, as in the list of messages; how long ago is in the title.
    list.says(&[">12:00:0", "title=\"just now"]);
    world.advance(std::time::Duration::from_secs(86_400));
    let list = olga(world, line.tenant_id).await.opens("/panel/undelivered").await.is(200);
    list.says(&[">20 Nov, 12:00:0"]);
}

once!(
    a_source_without_access_is_mended_first,
    a_customer_who_blocked_the_bot_is_not_written_to_again_by_the_main_button,
);
