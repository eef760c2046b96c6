//! A number connected by hand: its credentials, its webhook, what amoCRM offers at it, and who may call.

use parom_tests::settings::HOST;
use parom_tests::{answer, both, once};
use reqwest::Method;
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{HookFault, NewPhone};

use super::super::at_crm;
use super::{MARIA, Number, WhatsAppWorld, arrives, chatting, connected, last, number, number_of, posts};

async fn a_number_is_connected_and_its_webhook_proves_itself(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let ours = format!("{}/hooks/whatsapp/{}", world.app().public_url(), line.source_id);
    assert_eq!(world.messenger.addresses(&number.waba), [ours.as_str()], "the double asked the address first");
    let source = world.api.get(&line.path("")).await.is(200);
    assert_eq!(source.json["status"], "working", "{}", source.text);
    for secret in [&number.token, &number.app.secret] {
        assert!(!source.text.contains(secret.as_str()), "{}", source.text);
    }
    let mirrored = world.sandbox.sources(HOST);
    let mirrored = mirrored.iter().find(|one| one["external_id"] == "wa-1").expect("amoCRM has the source");
    let page = json!({"id": number.phone, "name": "Acme", "link": "+77010009900"});
    let params = json!({"waba": true, "is_supports_list_message": true});
    assert_eq!(mirrored["services"], json!([{"type": "whatsapp", "params": params, "pages": [page]}]));

    let again = world.asks_for_source("whatsapp", "Again", "wa-2", number.settings()).await.is(409);
    assert!(again.text.contains("line_taken"), "{}", again.text);
    world.api.delete(&line.path("")).await.is(204);
    world
        .until("the address is given back", async || world.messenger.addresses(&number.waba).is_empty().then_some(()))
        .await;
    let back = world.asks_for_source("whatsapp", "Again", "wa-2", number.settings()).await.is(201);
    assert_eq!(back.json["name"], "Again");
}

async fn services_named_in_the_request_replace_the_default_ones(world: &mut WhatsAppWorld) {
    let number = number(&world.messenger);
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let settings = number.settings();
    let body = json!({"kind": "whatsapp", "name": "Acme", "external_id": "wa-1", "settings": settings, "services": []});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await.is(201);
    let mirrored = world.sandbox.sources(HOST);
    let mirrored = mirrored.iter().find(|one| one["external_id"] == "wa-1").unwrap();
    assert_eq!(mirrored["services"], json!([]));
}

async fn wrong_credentials_are_named_at_their_field(world: &mut WhatsAppWorld) {
    let number = number(&world.messenger);
    let with = |more: serde_json::Value| number.settings_with(&more);
    let refused =
        world.asks_for_source("whatsapp", "A", "wa-1", with(json!({"access_token": "EAAB-wrong"}))).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/settings/access_token"], "{}", refused.text);
    for (field, wrong) in [("phone_number_id", "+7 701"), ("waba_id", ""), ("access_token", "")] {
        let mut settings = number.settings();
        settings[field] = json!(wrong);
        let refused = world.asks_for_source("whatsapp", "A", "wa-1", settings).await.is(422);
        assert!(refused.wrong_fields().contains(&format!("/settings/{field}")), "{}", refused.text);
    }
    let unknown = with(json!({"phone_number_id": "999"}));
    world.asks_for_source("whatsapp", "A", "wa-1", unknown).await.is(422);
    assert!(world.sandbox.sources(HOST).iter().all(|one| one["external_id"] != "wa-1"), "nothing was made");
}

/// A source is of one number: settings that name another are refused, whether or not the token opens it too.
async fn another_number_is_another_source(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let other = number_of(&world.messenger, &number.app, "220011223344557", "77010009911");
    let both = world.messenger.add_token(&number.app.id, &[&number.waba, &other.waba]);
    for token in [&both, &other.token] {
        let mut settings = other.settings();
        settings["access_token"] = json!(token);
        world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(422);
    }
    let same = number.settings_with(&json!({"access_token": both}));
    world.api.patch(&line.path(""), &json!({"settings": same})).await.is(200);
    let quietly = json!({"phone_number_id": other.phone, "waba_id": other.waba});
    world.api.patch(&line.path(""), &json!({"settings": quietly})).await.is(422);
}

async fn only_meta_is_let_in(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let before = at_crm(world).len();
    for fault in [HookFault::Forged, HookFault::Unsigned] {
        world.messenger.faults().next_hooks(1, fault);
        chat.customer(world).writes("Lost").unwrap();
        arrives(world).await;
    }
    assert_eq!(at_crm(world).len(), before);
    assert!(world.quarantined().await.is_empty(), "nothing is stored");
    let body = json!({"object": "whatsapp_business_account", "entry": []}).to_string();
    assert_eq!(posts(world, &chat.path(), None, &body).await, 401);
    assert_eq!(posts(world, &chat.path(), Some("another-secret"), &body).await, 401);
    assert_eq!(posts(world, "/hooks/whatsapp/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", Some("x"), &body).await, 404);
    let asked = |token: &str| format!("{}?hub.mode=subscribe&hub.challenge=42&hub.verify_token={token}", chat.path());
    for wrong in ["", "wrong"] {
        answer(world.api.anonymous(Method::GET, &asked(wrong))).await.is(403);
    }
    let counted = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&[
        "parom_hooks_total{door=\"whatsapp\",status=\"401\"}",
        "parom_hooks_total{door=\"whatsapp\",status=\"403\"}",
    ]);
    // Meta repeats what was not accepted, properly signed.
    world.advance(std::time::Duration::from_secs(3_600));
    world.messenger.tick();
    arrives(world).await;
    assert_eq!(last(world).text, "Lost");
}

/// An own verify token is what people entered at Meta.
async fn a_token_of_ones_own_answers_the_handshake(world: &mut WhatsAppWorld) {
    let number = number(&world.messenger);
    let settings = number.settings_with(&json!({"verify_token": "entered-at-meta"}));
    let line = world.line_of("whatsapp", "Acme", "wa-1", settings).await;
    let asked = |token: &str| {
        let path = format!("/hooks/whatsapp/{}", line.source_id);
        format!("{path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    };
    let given = answer(world.api.anonymous(Method::GET, &asked("entered-at-meta"))).await.is(200);
    assert_eq!(given.text, "1158201444");
    answer(world.api.anonymous(Method::GET, &asked("entered"))).await.is(403);
    assert!(!world.messenger.addresses(&number.waba).is_empty());
}

/// The answer leaves from the number that was written to.
async fn two_numbers_of_an_account_are_two_lines(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let phone = world.messenger.add_phone(NewPhone {
        id: "330022334455668".to_owned(),
        number: "77010009911".to_owned(),
        ..NewPhone::of(&chat.number.waba)
    });
    let second = Number { phone, ..chat.number.clone() };
    let other = world.line_of("whatsapp", "Sales", "wa-2", second.settings()).await;
    world.messenger.customer(chat.maria, &second.phone).writes("And here?").unwrap();
    chat.customer(world).writes("Still here").unwrap();
    arrives(world).await;
    let mut texts: Vec<String> = at_crm(world).into_iter().map(|one| one.text).collect();
    texts.sort();
    assert_eq!(texts, ["And here?", "Hello", "Still here"]);
    other.manager_sends(world, MARIA, HookMessage::text("From sales")).await;
    chat.manager_sends(world, HookMessage::text("From support")).await;
    arrives(world).await;
    assert_eq!(world.messenger.sent(&second.phone)[0].text, "From sales");
    assert_eq!(chat.texts(world), ["From support"]);
}

both!(
    a_number_is_connected_and_its_webhook_proves_itself,
    only_meta_is_let_in,
    two_numbers_of_an_account_are_two_lines
);
once!(
    services_named_in_the_request_replace_the_default_ones,
    wrong_credentials_are_named_at_their_field,
    another_number_is_another_source,
    a_token_of_ones_own_answers_the_handshake,
);
