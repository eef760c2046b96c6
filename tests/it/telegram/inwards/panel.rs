//! A bot in the panel: from BotFather's token to a working source, and what its page says.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::telegram::NewBot;

use super::chatting;

const ACCESS: &str = "/panel/sources/new/telegram/access";

async fn a_bot_is_added_in_four_steps(world: &mut TelegramWorld) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let bot = world.telegram().add_bot(NewBot::default());
    let visitor = world.panel(tenant_id).await;
    let access = visitor.does("/panel/sources/new", &[("kind", "telegram")]).await;
    access.says(&["Bot token", "@BotFather"]);
    let wrong = visitor.sends(ACCESS, &[("set.bot_token", "12345"), ("do", "next")]).await.is(422);
    wrong.says(&["digits, a colon"]);
    let unknown = "7999999999:AAE_abcdefghijklmnopqrstuvwxyz-1234";
    let wrong = visitor.sends(ACCESS, &[("set.bot_token", unknown), ("do", "next")]).await.is(422);
    wrong.says(&["Telegram does not know this token"]);
    // A refused token is not kept, and no hint offers to keep it.
    wrong.never_says(&["Leave empty to keep it", "Saved, ends in"]);
    visitor.sends(ACCESS, &[("do", "next")]).await.is(422).says(&["Fill in “Bot token”."]);
    world.telegram().hijack_webhook(bot.id, "https://old.example/hook");
    // The current service of the bot is also shown without the first step.
    let checked = visitor.does(ACCESS, &[("set.bot_token", &bot.token), ("do", "next")]).await;
    checked.says(&["Access works: @acme_support_bot", "old.example", "Move the bot to Parom"]);
    checked.never_says(&[&bot.token]);
    let routing = visitor.does(ACCESS, &[("do", "next"), ("set.delivered_on_accept", "1")]).await;
    routing.says(&["@acme_support_bot"]);
    let made = visitor
        .does("/panel/sources/new/telegram/routing", &[("name", "Shop bot"), ("pipeline", ""), ("default", "1")])
        .await;
    made.says(&["was created in amoCRM", "@acme_support_bot"]);
    let hook = world.telegram().webhook(bot.id).unwrap();
    assert!(hook.url.contains("/hooks/telegram/"), "{}", hook.url);
}

async fn its_page_says_where_messages_went_and_takes_them_back(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let visitor = world.panel(line.line.tenant_id).await;
    let path = format!("/panel/sources/{}", line.line.source_id);
    visitor.opens(&path).await.is(200).says(&["https://t.me/acme_support_bot?start="]);
    world.works("lines").await;
    world.telegram().hijack_webhook(line.bot, "https://crm.example/hook");
    world.advance(Duration::from_secs(400));
    world.works("lines").await;
    visitor.opens(&path).await.is(200).says(&["Another service took over the bot", "crm.example", "Connect again"]);
    visitor.does(&format!("{path}/take-back"), &[]).await.says(&["gets its messages again"]);
    assert!(!world.telegram().webhook(line.bot).unwrap().url.contains("crm.example"));
}

async fn its_page_says_what_telegram_can_do(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let visitor = world.panel(line.line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/sources/{}/abilities", line.line.source_id)).await.is(200);
    page.says(&[
        "Sent one by one: files sent together",
        "Sent as text: forwarded messages, templates with their values, answers to comments",
    ]);
}

async fn the_page_of_a_message_says_what_telegram_never_reports(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({ "delivered_on_accept": false })).await;
    line.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    let message = world.messages().await.into_iter().find(|one| one.direction == 2).unwrap();
    let visitor = world.panel(line.line.tenant_id).await;
    let path = format!("/panel/messages/{}", message.id);
    let page = visitor.opens(&path).await.is(200);
    page.says(&["This messenger does not report delivery.", "Telegram bot does not report this"]);
    page.never_says(&["It has not confirmed delivery"]);
}

async fn a_bot_already_in_use_is_reported_at_once(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let visitor = world.panel(line.line.tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "telegram")]).await;
    let taken = visitor.sends(ACCESS, &[("set.bot_token", &line.token), ("do", "next")]).await.is(422);
    taken.says(&["@acme_support_bot already works in source"]);
}

async fn a_chat_says_where_its_customer_came_from_and_whether_they_listen(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    line.customer(world).starts("shop_window").unwrap();
    line.customer(world).blocks().unwrap();
    world.telegram_arrives().await;
    let chats = world.api.get(&line.line.path("/conversations")).await.is(200);
    let chat = &chats.json["items"][0];
    assert_eq!(chat["visit"], "shop_window");
    assert!(chat["unreachable_since"].is_string());
    let visitor = world.panel(line.line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/conversations/{}", chat["id"].as_str().unwrap())).await.is(200);
    page.says(&["shop_window", "The customer blocked the bot"]);
}

both!(
    a_bot_is_added_in_four_steps,
    its_page_says_where_messages_went_and_takes_them_back,
    its_page_says_what_telegram_can_do,
    the_page_of_a_message_says_what_telegram_never_reports,
    a_bot_already_in_use_is_reported_at_once,
    a_chat_says_where_its_customer_came_from_and_whether_they_listen,
);
