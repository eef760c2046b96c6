//! What strangers try: links for other purposes, chats and times, addresses that are none, and other people's mailboxes.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use serde_json::json;

use super::{ANNA, MINUTE, asks, confirmed, links, manager_says, rows, sent, settings};
use crate::identity::{Mailed, link_of};
use crate::webchat::{OnSite, chat_with};

async fn strangers_can_neither_use_links_nor_flood_mailboxes(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let anna = confirmed(world, &source).await;
    manager_says(world, "Yes").await;
    world.advance(11 * MINUTE);
    assert_eq!(sent(world).await, 1);
    let letter = world.mail.next().await;
    let back = links(world, &letter)[0].clone();
    let (path, token) = back.split_once("?token=").unwrap();
    // A link is for one purpose and one chat, and every change of it is noticed.
    let (confirm, end) = (path.replace("/back", "/confirm"), path.replace("/back", "/end"));
    world.visitor().opens(&format!("{confirm}?token={token}")).await.is(410);
    world.visitor().opens(&format!("{end}?token={token}")).await.is(200).says(&["no more e-mails"]);
    answer(world.api.anonymous(Method::POST, &format!("{end}?token={token}"))).await.is(200);
    assert!(!rows(world).await[0].address.is_empty(), "the link back ends nothing");
    let changed = |at: usize| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    };
    for token in [changed(0), changed(30), changed(70), String::new(), "%00%FF".to_owned(), "A".repeat(9000)] {
        let reply = world.visitor().opens(&format!("{path}?token={token}")).await;
        assert!([400, 410, 414, 431].contains(&reply.status), "{}: {token}", reply.status);
    }
    let other = chat_with_another(world).await;
    let elsewhere = path.replace(&source, &other);
    world.visitor().opens(&format!("{elsewhere}?token={token}")).await.is(410);

    for wrong in
        ["", "anna", "a@b", "Anna <anna@example.com>", "a@example.com,b@example.com", "a@example.com\r\nBcc: x@y.z"]
    {
        assert_eq!(asks(world, &anna, wrong).await.is(422).wrong_fields(), ["/email"], "{wrong}");
    }
    anna.posts(world, "/email", json!({"email": ANNA, "role": "manager"})).await.is(422);
    // Three e-mails a day to one recipient, from all visitors and addresses together.
    world.advance(Duration::from_secs(25 * 3600));
    let mut answers = Vec::new();
    for number in 0..5 {
        let stranger = OnSite::new(&source);
        stranger.writes(world, "Hi").await.is(202);
        let request = stranger.request(world, Method::POST, "/email");
        let request = request.header("X-Forwarded-For", format!("203.0.113.{number}"));
        answers.push(answer(request.json(&json!({"email": "Victim@example.com"}))).await.status);
    }
    assert_eq!(answers, [202, 202, 202, 429, 429]);
    for _ in 0..3 {
        assert_eq!(world.mail.next().await.to, "Victim@example.com");
    }
    // An address that was not confirmed is deleted within a day.
    world.deliver_all().await;
    world.advance(Duration::from_secs(25 * 3600));
    assert_eq!(sent(world).await, 0);
    assert_eq!(rows(world).await.len(), 1, "only Anna's");
    // Another address replaces the earlier one, whose links end.
    asks(world, &anna, "other@example.com").await.is(202);
    world.visitor().opens(&back).await.is(410);
    world.mail.next().await;
}

/// N8: the account's own words are the only ones that could be an advertisement.
async fn n8_a_letter_to_an_unconfirmed_address_has_no_link_but_ours(world: &mut Mailed) {
    let mut settings = settings();
    settings["title"] = json!("Your card is blocked: https://evil.example/pay or +7 800 555-35-35");
    let source = chat_with(world, settings).await;
    let stranger = OnSite::new(&source);
    stranger.writes(world, "Hi").await.is(202);
    asks(world, &stranger, ANNA).await.is(202);
    let letter = world.mail.next().await;
    letter.says(&["“Your card is blocked https evil example”"]);
    for (place, text) in [("subject", &letter.subject), ("text", &letter.text)] {
        let others = text.replace(&world.api.base(), "");
        for sign in ["://", "evil.example", "555", "www."] {
            assert!(!others.contains(sign), "{place}: {text}");
        }
    }
    world.leave_letters();
}

async fn n8_an_account_mails_few_addresses_until_some_are_confirmed(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let place = |number: u32| format!("203.0.{}.{}", number / 200, number % 200);
    let mut writers = 0;
    let mut sent_to = async |world: &Mailed, count: u32| {
        let mut statuses = Vec::new();
        for _ in 0..count {
            writers += 1;
            let stranger = OnSite::new(&source);
            let from = place(writers);
            let hi = json!({"id": uuid::Uuid::new_v4(), "text": "Hi"});
            let writes = stranger.request(world, Method::POST, "/messages").header("X-Forwarded-For", &from);
            answer(writes.json(&hi)).await.is(202);
            let asks = stranger.request(world, Method::POST, "/email").header("X-Forwarded-For", &from);
            let email = format!("reader{writers}@example.com");
            statuses.push(answer(asks.json(&json!({"email": email}))).await.status);
        }
        statuses
    };
    let statuses = sent_to(world, 51).await;
    assert_eq!((&statuses[..50], statuses[50]), (&[202; 50][..], 429));
    // One who confirms shows that visitors ask for it: ten more.
    let link = link_of(world, &world.mail.next().await);
    answer(world.api.anonymous(Method::POST, &link)).await.is(200);
    let statuses = sent_to(world, 11).await;
    assert_eq!((&statuses[..10], statuses[10]), (&[202; 10][..], 429));
    for _ in 0..59 {
        world.mail.next().await;
    }
    world.leave_letters();
}

/// A second chat of the same account.
async fn chat_with_another(world: &World) -> String {
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Second", "external_id": "second", "settings": settings()});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201).text_at("/id")
}

both!(strangers_can_neither_use_links_nor_flood_mailboxes);
once!(
    n8_a_letter_to_an_unconfirmed_address_has_no_link_but_ours,
    n8_an_account_mails_few_addresses_until_some_are_confirmed,
);
