//! An account is found by a customer's phone number.

use entity::conversation;
use parom::delivery::read::find::with_phone;
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{World, both, once};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};
use simulator::crm::HookMessage;

use super::lists::{add_tenants, escape, hosts};
use super::operator::Operator;

/// `printf %s 79150000002 | sha256sum`
const HASH: &str = "4aac9c6320d171a07660b9648de7905b805db999cfa9fc0a41f829d44b7f0da7";

fn message(id: &str, phone: Option<&str>) -> Value {
    let mut body = json!({
        "id": id, "conversation": {"id": "chat-anna"},
        "sender": {"role": "client", "id": "anna", "name": "Anna"},
        "content": {"type": "text", "text": "Hello"},
    });
    if let Some(phone) = phone {
        body["sender"]["phone"] = json!(phone);
    }
    body
}

async fn found(olga: &Operator, text: &str) -> Vec<String> {
    hosts(&olga.opens(&format!("/admin/accounts?q={}", escape(text))).await.is(200).text)
}

async fn an_account_is_found_by_a_customers_phone(world: &mut World) {
    let line = world.line("support").await;
    add_tenants(world, 3).await;
    world.customer(&line, "anna").posts(&message("anna-1", Some("8 (915) 000-00-02"))).await.is(202);
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    for notation in
        ["+7 915 000-00-02", "89150000002", "9150000002", "79150000002", HASH, &HASH[..32], &HASH.to_uppercase()]
    {
        assert_eq!(found(&olga, notation).await, [HOST], "{notation}");
    }
    for other in ["+7 915 000-00-03", "000-00-02", &HASH[..16], "Anna"] {
        assert!(found(&olga, other).await.is_empty(), "{other}");
    }
    let page = olga.opens("/admin/accounts?q=79150000002&state=unpaid").await.is(200);
    assert!(hosts(&page.text).is_empty(), "both filters count");
}

/// An earlier version hashed what WhatsApp wrote.
async fn a_hash_of_an_earlier_version_is_found(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").posts(&message("anna-1", Some("+551187654321"))).await.is(202);
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    for stored in ["551187654321", "5511987654321"] {
        let hash = base::vault::hash(stored)[..32].to_owned();
        let hash = Expr::value(hash);
        let rows = conversation::Entity::update_many().col_expr(conversation::Column::PhoneHash, hash);
        rows.exec(world.app().store.write()).await.unwrap();
        for notation in ["+55 11 98765-4321", "551187654321"] {
            assert_eq!(found(&olga, notation).await, [HOST], "{stored} by {notation}");
        }
        let known = with_phone(&world.app().tenants, line.tenant_id, "+55 (11) 98765-4321").await.unwrap();
        assert_eq!(known.len(), 1, "{stored}");
    }
}

async fn a_number_that_comes_later_is_found_too(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&message("anna-1", None)).await.is(202);
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    assert!(found(&olga, "+7 915 000-00-02").await.is_empty());
    anna.posts(&message("anna-2", Some("+79150000002"))).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(found(&olga, "+7 915 000-00-02").await, [HOST]);

    // A manager who writes first to a number, before the messenger has named the chat and afterwards.
    let source = Some(line.external_id.as_str());
    let written = HookMessage::text("Good morning");
    world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, "+79150000003", written).await.unwrap();
    assert_eq!(found(&olga, "+7 915 000-00-03").await, [HOST]);
    world.deliver_to_the_end().await;
    assert_eq!(found(&olga, "+7 915 000-00-03").await, [HOST]);
    let rows = conversation::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(rows.iter().all(|row| row.phone_hash.len() == 32), "{rows:?}");
}

both!(an_account_is_found_by_a_customers_phone);
once!(a_hash_of_an_earlier_version_is_found, a_number_that_comes_later_is_found_too);
