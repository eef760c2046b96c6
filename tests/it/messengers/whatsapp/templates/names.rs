//! What a template is known by: amoCRM's id, its external id, Meta's id and name. A template whose title changes, or
//! that is created again, keeps its review (crm-api §6.3).

use parom::template::{TemplateDraft, create, list};
use parom_tests::both;
use parom_tests::settings::HOST;
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{Fault, Review};

use super::super::{WhatsAppWorld, chatting, failure};
use super::{CONTENT, DAY, asked, at_crm, at_meta, decided, listed, requested};

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
    let fields =
        json!({"type": "waba", "waba_category": "UTILITY", "waba_language": "ru", "external_id": "order_ready"});
    let other = world.sandbox.add_template(HOST, "Cancelled", "Your order is cancelled.", fields);
    asked(world, &chat.line, other).await;
    let (status, reason) = at_crm(world, other);
    assert!(status == "rejected" && reason.contains("«order_ready» уже есть другой текст"), "{status}: {reason}");
    let kept: Vec<_> = world.messenger.templates(&chat.number.waba).into_iter().map(|one| one.json).collect();
    assert_eq!(kept, [there.json], "Meta's own is left alone");
}

async fn a_new_title_changes_nothing_but_the_title(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.works("subscriptions").await;
    let examples = PARAMS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let draft = TemplateDraft {
        name: "Order ready".to_owned(),
        text: CONTENT.to_owned(),
        is_waba: true,
        language: "ru".to_owned(),
        category: "UTILITY".to_owned(),
        examples,
        ..TemplateDraft::default()
    };
    let tenant_id = chat.line.tenant_id;
    let key = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009";
    let id = create(&world.app().sources, tenant_id, key, &draft).await.unwrap().id;
    asked(world, &chat.line, id).await;
    let there = at_meta(world, &chat);
    assert_eq!(there.name, format!("order_ready_{id}"));
    assert!(world.sandbox.change_template(HOST, id, json!({"name": "Order is here"})));
    list(&world.app().sources, tenant_id).await.unwrap();
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!((&row["name"], &row["messenger_name"]), (&json!("Order is here"), &json!(there.name)));
    decided(world, &there, Review::Approve).await;
    assert_eq!(at_crm(world, id).0, "approved");
    let visitor = world.panel(tenant_id).await;
    let register = visitor.opens("/panel/templates/register").await.is(200);
    register.says(&["Order is here"]);
    register.never_says(&["Order ready"]);
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

both!(
    an_external_id_names_a_template_that_was_created_again,
    another_text_under_a_name_is_refused,
    a_new_title_changes_nothing_but_the_title,
    a_template_that_meta_lost_is_found_by_its_name,
);
