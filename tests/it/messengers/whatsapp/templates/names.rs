//! What a template is known by: amoCRM's id, its external id, Meta's id and name. A template whose title changes, or
//! that is created again, keeps its review (crm-api §6.3).

use parom::template::list;
use parom_tests::both;
use parom_tests::settings::HOST;
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{Fault, Review};

use super::super::{WhatsAppWorld, chatting, failure};
use super::{CONTENT, DAY, asked, at_crm, at_meta, decided, listed, own, requested, submitted};

const PARAMS: &[(&str, &str)] = &[("{{contact.name}}", "Maria"), ("{{lead.id}}", "7")];

fn message(id: i64, external_id: Option<&str>) -> HookMessage {
    HookMessage::text("").template(id, external_id, CONTENT, PARAMS)
}

/// In amoCRM's documents an external id is no name at Meta.
async fn an_external_id_names_a_template_that_was_created_again(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for (external_id, name) in [("order_ready", "order_ready"), ("waba:order:ru", "waba_order_ru_")] {
        let id = requested(world, &chat, json!({"external_id": external_id})).await;
        let there = world.messenger.templates(&chat.number.waba).into_iter().find(|one| one.name.starts_with(name));
        let there = there.expect("its name at Meta comes from the external id");
        decided(world, &there, Review::Approve).await;
        assert_eq!(at_crm(world, id).0, "approved");
        world.advance(DAY);
        chat.manager_gets_through(world, message(990_001, Some(external_id))).await;
        assert_eq!(chat.last_sent(world).json["template"]["name"], there.name);
        // Its review is asked for, and it is the one that Meta has approved.
        let count = world.messenger.templates(&chat.number.waba).len();
        let again = requested(world, &chat, json!({"external_id": external_id})).await;
        assert_eq!(
            (world.messenger.templates(&chat.number.waba).len(), at_crm(world, again).0.as_str()),
            (count, "approved")
        );
    }
    let said = chat.manager_gets_through(world, message(990_002, Some("nobodys"))).await;
    assert_eq!(failure(world, &said).0, 905, "as text it is too late");
}

/// Meta's approval is of a text: another one under its name is not sent as that.
async fn another_text_under_a_name_is_refused(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    requested(world, &chat, json!({"external_id": "order_ready"})).await;
    decided(world, &at_meta(world, &chat), Review::Approve).await;
    let there = at_meta(world, &chat);
    let fields = json!({"external_id": "order_ready"});
    let other = submitted(world, &chat.line, "Cancelled", "Your order is cancelled.", &fields).await;
    let (status, reason) = at_crm(world, other);
    assert!(status == "rejected" && reason.contains("«order_ready» уже есть другой текст"), "{status}: {reason}");
    let kept: Vec<_> = world.messenger.templates(&chat.number.waba).into_iter().map(|one| one.json).collect();
    assert_eq!(kept, [there.json], "Meta's own is left alone");
}

async fn a_new_title_changes_nothing_but_the_title(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let (id, key) = own(world, &chat, "Order ready").await;
    asked(world, &chat.line, id).await;
    let there = at_meta(world, &chat);
    assert_eq!(there.name, format!("order_ready_{id}"));
    assert!(world.sandbox.change_template(HOST, id, json!({"name": "Order is here"})));
    list(&world.app().sources, chat.line.tenant_id).await.unwrap();
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!((&row["name"], &row["messenger_name"]), (&json!("Order is here"), &json!(there.name)));
    decided(world, &there, Review::Approve).await;
    assert_eq!(at_crm(world, id).0, "approved");
    world.advance(DAY);
    chat.manager_gets_through(world, message(id, Some(key))).await;
    assert_eq!(chat.last_sent(world).json["template"]["name"], there.name);
    assert_eq!(world.messenger.templates(&chat.number.waba).len(), 1);
}

/// Deleted at Meta and submitted once more: it has another id there, which the report of its approval contains first.
async fn a_template_that_meta_lost_is_found_by_its_name(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let id = requested(world, &chat, json!({"external_id": "order_ready"})).await;
    let first = at_meta(world, &chat);
    decided(world, &first, Review::Reject { reason: "SCAM".to_owned(), info: None }).await;
    decided(world, &first, Review::Delete).await;
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!((row["status"].as_str(), at_crm(world, id).0.as_str()), (Some("deleted"), "rejected"));
    world.messenger.faults().next("message_templates", 1, Fault::ResetAfter);
    asked(world, &chat.line, id).await;
    let second = at_meta(world, &chat);
    assert_ne!(second.id, first.id);
    decided(world, &second, Review::Approve).await;
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!((&row["external_id"], at_crm(world, id).0.as_str()), (&json!(second.id), "approved"));
}

both!(an_external_id_names_a_template_that_was_created_again, a_template_that_meta_lost_is_found_by_its_name);
both!(a_new_title_changes_nothing_but_the_title, another_text_under_a_name_is_refused);
