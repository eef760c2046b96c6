//! A source's page: how it is doing, what failed, where customers write.

use base::i18n::{Language, Words};
use parom_tests::{Answer, TelegramWorld, World, once};
use simulator::telegram::NewBot;

use super::{in_russian, olga, vera};

async fn a_source_shows_its_day_and_its_failures(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line("other").await);
    for line in [&line, &other] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    let failed = world.messages().await.into_iter().find(|row| row.direction == 2).expect("the answer").id;
    let olga = olga(world, line.tenant_id).await;
    let page = olga.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
    page.says(&[
        "Last 24 hours",
        "Messages by hour: 1 from customers, 1 to customers, 1 undelivered.",
        "Latest undelivered messages",
        &format!("/panel/messages/{failed}"),
        "Who changed what",
    ]);
    let quiet = olga.opens(&format!("/panel/sources/{}", other.source_id)).await.is(200);
    quiet.never_says(&["Latest undelivered messages", &failed.to_string()]);
    let viewer = vera(world, line.tenant_id).await;
    viewer.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200).never_says(&["Who changed what"]);
    let russian = in_russian(olga).await.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
    russian.says(&["Последние 24 часа", "Последние недоставленные сообщения"]);
}

/// A bot says which one it is and how customers find it; a stored token is kept if its field stays empty.
async fn a_bot_shows_its_link_its_code_and_that_its_token_is_kept(world: &mut TelegramWorld) {
    let bot = world.telegram_source(NewBot::default(), serde_json::json!({})).await;
    let line = bot.line;
    let olga = olga(world, line.tenant_id).await;
    let page = olga.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
    page.says(&[
        "Where customers write",
        "@acme_support_bot",
        "href=\"https://t.me/acme_support_bot\"",
        "aria-label=\"QR code of https://t.me/acme_support_bot\"><svg",
    ]);
    // D19: both hints are whole sentences.
    let words = Words::new(Language::En);
    let kept = words.text("common-secret-set").with("last4", &bot.token[bot.token.len() - 4..]).to_string();
    assert!(kept.ends_with('.') && kept.to_lowercase().contains("empty"), "{kept}");
    let hints = format!("{kept} {}", words.text("wizard-tg-token-hint")).replace('\u{a0}', " ");
    olga.opens(&format!("/panel/sources/{}/access", line.source_id)).await.is(200).says(&[&hints]);
}

once!(a_bot_shows_its_link_its_code_and_that_its_token_is_kept, a_source_shows_its_day_and_its_failures);
