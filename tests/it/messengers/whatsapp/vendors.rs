//! The vendor's own app at Meta: one webhook address for the numbers of all accounts (whatsapp §2).

mod templates;

use entity::source;
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Line, answer, both, once};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::whatsapp::{HookFault, NewPerson, Review};

use super::templates::{decided, review, submitted};
use super::{MARIA, Number, VERIFY_TOKEN, VendorsWorld, arrives, number_of, posts, second_number};

const OTHER: &str = "other.amocrm.ru";
const OTHER_WABA: &str = "220011223344999";
const DOOR: &str = "/hooks/whatsapp";

/// Without a secret of its own, a source is served by the vendor's app.
fn settings(number: &Number) -> Value {
    let mut settings = number.settings();
    settings.as_object_mut().unwrap().remove("app_secret");
    settings
}

/// A source of this number in an account.
async fn line(world: &VendorsWorld, host: &str, external_id: &str, number: &Number) -> Line {
    if world.tenant(host).await.is_none() {
        world.owner(host).installs_in_a_browser().await.is(200);
    }
    let tenant_id = world.active(host).await;
    let body = json!({"kind": "whatsapp", "name": "Acme", "external_id": external_id, "settings": settings(number)});
    let made = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await.is(201);
    Line {
        host: host.to_owned(),
        tenant_id,
        source_id: made.text_at("/id").parse().unwrap(),
        external_id: external_id.to_owned(),
        scope_id: format!("{CHANNEL_ID}_{}", world.sandbox.add_account(host).amojo_id),
        webhook_secret: String::new(),
    }
}

fn texts(world: &VendorsWorld, host: &str) -> Vec<String> {
    let all = world.sandbox.messages(host).into_iter().filter(|one| one.msgid.is_some());
    all.map(|one| one.text).collect()
}

async fn each_account_gets_what_was_written_to_its_number(world: &mut VendorsWorld) {
    let own = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    let others = number_of(&world.messenger, &world.app, OTHER_WABA, "77010009922");
    let one = line(world, HOST, "wa-1", &own).await;
    let other = line(world, OTHER, "wa-1", &others).await;
    let address = format!("{}{DOOR}", world.app().public_url());
    assert_eq!(world.messenger.addresses(&own.waba), [address.as_str()], "one address for all");
    assert_eq!(world.messenger.addresses(&others.waba), [address.as_str()]);
    let maria = world.messenger.add_person(NewPerson::default());
    world.messenger.hold_hooks(true);
    world.messenger.customer(maria, &own.phone).writes("To Acme").unwrap();
    world.messenger.customer(maria, &others.phone).writes("To the other").unwrap();
    world.messenger.set_batch(Some(simulator::whatsapp::Batch::Entries));
    world.messenger.hold_hooks(false);
    arrives(world).await;
    assert_eq!(
        (texts(world, HOST), texts(world, OTHER)),
        (vec!["To Acme".to_owned()], vec!["To the other".to_owned()])
    );
    one.manager_sends(world, MARIA, HookMessage::text("From Acme")).await;
    other.manager_sends(world, MARIA, HookMessage::text("From the other")).await;
    arrives(world).await;
    for (number, text) in [(&own, "From Acme"), (&others, "From the other")] {
        let sent = world.messenger.sent(&number.phone);
        assert_eq!(sent.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [text]);
    }
    // The other account leaves: its number belongs to no source, and no other account gets its messages.
    world.api.delete(&other.path("")).await.is(204);
    world.messenger.customer(maria, &others.phone).writes("Anybody?").unwrap();
    world.messenger.customer(maria, &own.phone).writes("Still here").unwrap();
    arrives(world).await;
    assert_eq!((texts(world, OTHER).len(), texts(world, HOST).len()), (1, 2));
}

/// Messages to a number of no account are quarantined without their texts.
async fn only_meta_is_let_in(world: &mut VendorsWorld) {
    let number = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    world.messenger.subscribe(&world.app.id, &number.waba);
    let maria = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(maria, &number.phone).writes("Anybody?").unwrap();
    arrives(world).await;
    assert_eq!(world.messenger.hooks(&number.phone).pop().unwrap().last_status, Some(200));
    assert_eq!(world.quarantined().await, ["unknown_line"]);
    let hooks = entity::raw_hook::Entity::find().all(world.app().store.write()).await.unwrap();
    assert!(hooks.iter().all(|hook| hook.body.is_empty()), "no text of a line that no account has is stored");
    let checks = parom::doctor::stored(&world.app().store).await;
    let said = checks.into_iter().find(|check| check.name == "quarantine").unwrap().detail.to_string();
    assert!(said.contains(&format!("1 × unknown_line (whatsapp {})", number.phone)), "{said}");
    line(world, HOST, "wa-1", &number).await;
    for fault in [HookFault::Forged, HookFault::Unsigned] {
        world.messenger.faults().next_hooks(1, fault);
        world.messenger.customer(maria, &number.phone).writes("Lost").unwrap();
        arrives(world).await;
        assert_eq!(world.messenger.hooks(&number.phone).pop().unwrap().last_status, Some(401));
    }
    assert!(texts(world, HOST).is_empty() && world.quarantined().await.len() == 1);
    let asked = |token: &str| format!("{DOOR}?hub.mode=subscribe&hub.challenge=42&hub.verify_token={token}");
    let right = answer(world.api.anonymous(Method::GET, &asked(VERIFY_TOKEN))).await.is(200);
    assert_eq!(right.text, "42");
    for wrong in ["", "wrong"] {
        answer(world.api.anonymous(Method::GET, &asked(wrong))).await.is(403);
    }
    assert_eq!(posts(world, DOOR, Some("another"), "{}").await, 401);
}

/// A decision about a template, or a restriction, names the WABA and no number: each source of it gets it.
async fn an_event_of_a_business_account_reaches_its_sources(world: &mut VendorsWorld) {
    let number = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    let second = second_number(&world.messenger, &number);
    let stranger = number_of(&world.messenger, &world.app, OTHER_WABA, "77010009922");
    let lines = [
        line(world, HOST, "wa-1", &number).await,
        line(world, OTHER, "wa-2", &second).await,
        line(world, OTHER, "wa-3", &stranger).await,
    ];
    world.messenger.restrict(&number.waba, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    arrives(world).await;
    let told = [status(world, &lines[0]).await, status(world, &lines[1]).await, status(world, &lines[2]).await];
    assert_eq!(told, ["needs_attention", "needs_attention", "working"]);
    world.messenger.reinstate(&number.waba);
    arrives(world).await;
    assert_eq!(status(world, &lines[1]).await, "working");

    let id = submitted(world, &lines[0], "Ready", "Your order is ready.", &json!({})).await;
    let there = world.messenger.templates(&number.waba).pop().unwrap();
    decided(world, &there, Review::Approve).await;
    assert_eq!(review(world, HOST, id).0, "approved");

    leave(world, &number, &lines[..2]).await;
    assert_eq!(world.messenger.addresses(&stranger.waba).len(), 1);
}

/// N3: a WABA in the settings is no proof. A source joins the account that Meta lists its number in.
async fn n3_events_of_an_account_reach_none_that_only_names_it(world: &mut VendorsWorld) {
    let victims = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    let own = number_of(&world.messenger, &world.app, OTHER_WABA, "77010009922");
    let victim = line(world, HOST, "wa-1", &victims).await;
    world.owner(OTHER).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(OTHER).await;
    let mut named = settings(&own);
    named["waba_id"] = json!(victims.waba);
    let body = json!({"kind": "whatsapp", "name": "Evil", "external_id": "wa-1", "settings": named});
    let refused = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await.is(422);
    assert!(refused.wrong_fields()[0].starts_with("/settings/"), "{}", refused.text);
    let evil = line(world, OTHER, "wa-2", &own).await;
    // Entered by an earlier release, which believed the settings.
    believes_settings(world, &evil, &victims.waba).await;
    world.works("lines").await;
    world.messenger.restrict(&victims.waba, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    world.messenger.notify(
        &victims.waba,
        "messages",
        json!({"messages": [{"id": "m", "from": MARIA, "type": "text",
        "timestamp": "1795165200", "text": {"body": "Whose?"}}]}),
    );
    arrives(world).await;
    assert_eq!(
        (status(world, &victim).await, status(world, &evil).await),
        (json!("needs_attention"), json!("working"))
    );
    assert!(texts(world, HOST).is_empty() && texts(world, OTHER).is_empty(), "what names no number is nobody's");
}

/// Sources of earlier releases stay among those of their account, and the messenger is asked about them soon.
async fn n3_sources_of_earlier_releases_go_on(world: &mut VendorsWorld) {
    let number = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    let line = line(world, HOST, "wa-1", &number).await;
    believes_settings(world, &line, &number.waba).await;
    for is_asked in [false, true] {
        if is_asked {
            world.works("lines").await;
        }
        world.messenger.restrict(&number.waba, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
        arrives(world).await;
        assert_eq!(status(world, &line).await, "needs_attention");
        world.messenger.reinstate(&number.waba);
        arrives(world).await;
        assert_eq!(status(world, &line).await, "working");
    }
}

/// A number of which Meta does not say that it is the account's needs the subscription of the account all the same.
async fn n3_an_unproved_number_keeps_the_subscription_of_its_account(world: &mut VendorsWorld) {
    let number = number_of(&world.messenger, &world.app, super::WABA, "77010009900");
    let second = second_number(&world.messenger, &number);
    let proved = line(world, HOST, "wa-1", &number).await;
    world.messenger.faults().until_cleared("phone_numbers", simulator::whatsapp::Fault::HtmlPage { status: 404 });
    let unproved = line(world, OTHER, "wa-2", &second).await;
    world.messenger.faults().clear();
    world.messenger.restrict(&number.waba, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    arrives(world).await;
    assert_eq!(status(world, &unproved).await, "working", "calls about the account are not for it");
    leave(world, &number, &[proved, unproved]).await;
}

/// Sources of a number's account are deleted: its subscription ends with the last of them.
async fn leave(world: &VendorsWorld, number: &Number, lines: &[Line]) {
    let jobs = async || {
        let leaving = entity::job::Entity::find().filter(entity::job::Column::Kind.eq("unregister_line"));
        leaving.all(world.app().store.write()).await.unwrap()
    };
    for (at, line) in lines.iter().enumerate() {
        world.api.delete(&line.path("")).await.is(204);
        world.until("Meta was asked", async || jobs().await.is_empty().then_some(())).await;
        assert_eq!(world.messenger.addresses(&number.waba).is_empty(), at + 1 == lines.len());
    }
}

async fn status(world: &VendorsWorld, line: &Line) -> Value {
    world.api.get(&line.path("")).await.is(200).json["status"].clone()
}

/// What an earlier release stored: the account of the settings, without the messenger's word.
async fn believes_settings(world: &VendorsWorld, line: &Line, waba: &str) {
    use base::store::directory::{self, DirectoryEntry, IdKind};
    let store = &world.app().store;
    let row = world.app().lookup.source(line.source_id).await.unwrap().unwrap();
    let change = |text: &str, pointer: &str, value: Value| {
        let mut json: Value = serde_json::from_str(text).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        json.to_string()
    };
    let facts = change(&row.facts, "/bot/waba_id", Value::Null);
    let settings = change(&row.settings, "/waba_id", json!(waba));
    let done = source::Entity::update_many()
        .col_expr(source::Column::Facts, Expr::value(facts))
        .col_expr(source::Column::Settings, Expr::value(settings))
        .filter(source::Column::TenantId.eq(line.tenant_id))
        .filter(source::Column::Id.eq(line.source_id));
    assert_eq!(done.exec(store.write()).await.unwrap().rows_affected, 1);
    world.hurries("lines").await;
    let entry = DirectoryEntry { tenant_id: line.tenant_id, id: line.source_id, note: String::new(), expires_at: None };
    let key = format!("whatsapp:waba:{waba}:{}", line.source_id);
    directory::set(store.write(), IdKind::LineAccount, &key, entry).await.unwrap();
    world.app().lookup.forget();
}

both!(an_event_of_a_business_account_reaches_its_sources, each_account_gets_what_was_written_to_its_number);
both!(only_meta_is_let_in);
once!(n3_an_unproved_number_keeps_the_subscription_of_its_account, n3_sources_of_earlier_releases_go_on);
once!(n3_events_of_an_account_reach_none_that_only_names_it);
