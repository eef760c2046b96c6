//! What the account's people see of it, and what they can do.

use parom_tests::{World, both};

use super::{MINUTE, SECOND, chatting, is_away_for, looks, loses_text};

async fn the_account_page_starts_a_check_and_shows_its_result(world: &mut World) {
    let (line, _) = chatting(world).await;
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel/account").await.is(200);
    page.says(&["Missed messages", "The first check runs within an hour.", "Look for missed messages"]);
    loses_text(world, &line, "lost").await;
    world.advance(11 * SECOND);
    owner.does("/panel/account/lost", &[]).await.says(&["the chats of the last 48 hours", "Parom is checking now."]);
    looks(world).await;
    let page = owner.opens("/panel/account").await.is(200);
    page.says(&["1 chat, 1 message was missing.", "1 message found so far."]);
    owner.opens("/panel/audit").await.is(200).says(&["Search for missed messages started", "Anna Ivanova"]);
    owner.opens("/panel").await.is(200).says(&["1 message was found in amoCRM’s history"]);
    let viewer = world.panel_as(line.tenant_id, 2002, "Vera", false).await;
    viewer.opens("/panel/account").await.is(200).never_says(&["Look for missed messages"]);
    viewer.sends("/panel/account/lost", &[]).await.is(403);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
}

async fn a_held_message_is_sent_or_removed_on_its_page(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "one").await;
    world.advance(SECOND);
    let two = loses_text(world, &line, "two").await;
    is_away_for(world, 16 * MINUTE).await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/account").await.is(200).says(&["2 found messages wait for a decision"]);
    let list = owner.opens("/panel/undelivered").await.is(200);
    list.says(&["2 undelivered", "Found in the history, waits for a decision", "Written 16 min"]);
    let messages = world.messages().await;
    let id = |text: &str| messages.iter().find(|one| one.body.contains(text)).unwrap().id;
    let path = format!("/panel/messages/{}", id("\"one\""));
    let page = owner.opens(&path).await.is(200);
    page.says(&["Found in amoCRM’s history", "Send now", "Do not send", "It is never sent automatically."]);
    let chat = format!("/panel/conversations/{}", messages[0].conversation_id);
    owner.opens(&chat).await.is(200).says(&["found in amoCRM’s history only now"]);
    owner.does(&format!("{path}/again"), &[]).await.says(&["Found in amoCRM’s history"]);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one"]);
    owner.opens(&chat).await.is(200).says(&["Parom was not notified in time"]);

    let page = owner.opens(&format!("/panel/messages/{}", id("\"two\""))).await.is(200);
    let dead = page.field("id");
    let asked = owner.sends("/panel/undelivered/confirm", &[("do", "drop"), ("id", &dead)]).await.is(200);
    asked.says(&["1 message will not be delivered"]);
    owner.does("/panel/undelivered/decide", &[("do", "drop"), ("id", &dead)]).await.says(&["1 message is removed."]);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &two), [-1]);
}

both!(the_account_page_starts_a_check_and_shows_its_result, a_held_message_is_sent_or_removed_on_its_page);
