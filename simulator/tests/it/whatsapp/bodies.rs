//! The documented bodies: what the double makes has every field of its sample, of the same type.

use serde_json::{Map, Value, json};
use simulator::whatsapp::{Act, Batch, Content, Dressing, Fault, NewPerson, NewPhone, Status};

use super::{
    kinds,
    world::{MARIAS_ID, PHONE, WABA, World, sample, to_maria},
};
use crate::stage::unlike;

pub struct Check {
    pub world: World,
    samples: Map<String, Value>,
    done: Vec<String>,
    wrong: Vec<String>,
}

fn samples() -> Map<String, Value> {
    let lines = include_str!("../../fixtures/whatsapp.ndjson").lines();
    lines
        .map(|line| {
            let mut one: Value = serde_json::from_str(line).unwrap();
            (one["name"].as_str().unwrap().to_owned(), one["body"].take())
        })
        .collect()
}

impl Check {
    pub fn holds(&mut self, name: &str, made: &Value) {
        let mut found = Vec::new();
        unlike(name, &self.samples[name], made, &mut found);
        let (field, kind) = ("/entry/0/changes/0/field", "/entry/0/changes/0/value/messages/0/type");
        for path in [field, kind] {
            if let Some(wanted) = self.samples[name].pointer(path)
                && made.pointer(path) != Some(wanted)
            {
                found.push(format!("{name}{path} is not {wanted}: {made}"));
            }
        }
        self.done.push(name.to_owned());
        self.wrong.extend(found);
    }

    /// The newest webhook.
    pub fn latest(&mut self, name: &str) {
        let made = self.world.whatsapp.webhooks().pop().unwrap().body;
        self.holds(name, &made);
    }

    pub fn sends(&mut self, name: &str, content: Content) {
        self.world.maria().sends(content).unwrap();
        self.latest(name);
    }

    pub fn dressed(&mut self, name: &str, text: &str, with: Dressing) {
        self.world.maria().sends_with(Content::text(text), with).unwrap();
        self.latest(name);
    }
}

#[tokio::test]
async fn every_documented_body_can_be_made() {
    let world = World::start().await;
    // No webhook receives them; the bodies are inspected where they wait.
    world.whatsapp.hold_webhooks(true);
    world.whatsapp.set_delivers(false);
    let mut check = Check { world, samples: samples(), done: Vec::new(), wrong: Vec::new() };
    kinds::content(&mut check).await;
    kinds::dressed(&mut check);
    people(&mut check);
    answers(&mut check).await;
    statuses(&mut check).await;
    templates(&mut check).await;
    accounts(&mut check);
    coexistence(&mut check).await;
    errors(&mut check).await;
    let whatsapp = &check.world.whatsapp;
    whatsapp.batch(Batch::Messages);
    let batch = whatsapp.webhooks().into_iter().rev().find(|one| one.body["entry"].as_array().unwrap().len() == 1);
    check.holds("batch", &batch.unwrap().body);
    assert!(check.wrong.is_empty(), "{:#?}", check.wrong);
    let left: Vec<&String> = check.samples.keys().filter(|name| !check.done.contains(name)).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn people(check: &mut Check) {
    let classic = NewPerson { wa_id: "77010001123".to_owned(), user_id: None, ..NewPerson::default() };
    let classic = check.world.whatsapp.add_person(classic);
    check.world.whatsapp.customer(classic, PHONE).writes("Здравствуйте!").unwrap();
    check.latest("text_classic");
    let joao = NewPerson {
        wa_id: "5511900001111".to_owned(),
        name: "João 🌿".to_owned(),
        username: Some("joao.verde".to_owned()),
        user_id: Some("BR.9876543210987654321".to_owned()),
        ..NewPerson::default()
    };
    let joao = check.world.whatsapp.add_person(joao);
    check.world.whatsapp.customer(joao, PHONE).writes("Oi!").unwrap();
    check.latest("text_username_only");
    assert!(check.world.whatsapp.webhooks().pop().unwrap().body.to_string().find("5511900001111").is_none());
    check.world.whatsapp.act(Act::ShareContact { who: joao, phone: PHONE.to_owned() }).unwrap();
    check.latest("contact_request_answer");
    let enrolled = NewPerson {
        wa_id: "77010001124".to_owned(),
        user_id: Some("KZ.2234567890123456789".to_owned()),
        parent_user_id: Some("KZ.ENT.998877665544332211".to_owned()),
        ..NewPerson::default()
    };
    let enrolled = check.world.whatsapp.add_person(enrolled);
    check.world.whatsapp.customer(enrolled, PHONE).writes("Это мой второй номер у вас").unwrap();
    check.latest("text_parent_bsuid");
    let (number, user_id) = ("77019998877".to_owned(), Some("KZ.5550001112223334445".to_owned()));
    check.world.whatsapp.act(Act::ChangeNumber { who: enrolled, number, user_id }).unwrap();
    let made = check.world.whatsapp.webhooks();
    let reports = ["system_number_changed", "system_user_id_changed", "user_id_update"];
    for (name, webhook) in reports.into_iter().zip(&made[made.len() - 3..]) {
        check.holds(name, &webhook.body);
    }
    check.world.whatsapp.act(Act::StopMarketing { who: check.world.maria, phone: PHONE.to_owned(), on: true }).unwrap();
    check.latest("user_preferences");
    check
        .world
        .whatsapp
        .act(Act::StopMarketing { who: check.world.maria, phone: PHONE.to_owned(), on: false })
        .unwrap();
}

async fn answers(check: &mut Check) {
    let send = check.world.send("text", json!({"body": "Добрый день"})).await;
    check.holds("api_send_ok", &send);
    let id = send["messages"][0]["id"].as_str().unwrap();
    let maria = check.world.maria();
    maria.replies(id, "Да, этот").unwrap();
    check.latest("text_reply");
    check.world.maria().reacts(id, "👍").unwrap();
    check.latest("reaction_add");
    check.world.maria().reacts(id, "").unwrap();
    check.latest("reaction_remove");
    let buttons = json!({"type": "button", "body": {"text": "Привезти?"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "b:7Qp2Zx1:0:0", "title": "Да"}}]}});
    let asked = check.world.sent("interactive", buttons).await;
    check.world.maria().presses(&asked, 0).unwrap();
    check.latest("button_reply");
    let list = json!({"type": "list", "body": {"text": "Что?"}, "action": {"button": "Услуги", "sections": [
        {"rows": [{"id": "k7Qp2Zx1", "title": "Доставка", "description": "1-2 дня"}]}]}});
    let asked = check.world.sent("interactive", list).await;
    check.world.maria().chooses(&asked, "k7Qp2Zx1").unwrap();
    check.latest("list_reply");
    let values = json!({"flow_token": "t-1", "date": "2026-11-24"});
    let who = check.world.maria;
    check.world.whatsapp.act(Act::Fill { who, phone: PHONE.to_owned(), message: asked, values }).unwrap();
    check.latest("flow_reply");
    let picture = check.world.maria().sends(Content::image("мой чек")).unwrap();
    check.world.maria().edits(&picture, "мой чек (верный)").unwrap();
    check.latest("edit");
    check.world.maria().revokes(&picture).unwrap();
    check.latest("revoke");
    let upload = check.world.upload("picture.jpg", "image/jpeg", sample("picture.jpg")).await;
    let media = check.world.get(&upload).await;
    check.holds("api_media", &media);
}

async fn statuses(check: &mut Check) {
    let template = json!({"name": "sale", "language": "ru", "category": "MARKETING",
        "components": [{"type": "BODY", "text": "Скидки до пятницы"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Подтверждаю"}]}]});
    check.world.approved(template).await;
    let mut message = to_maria("template", json!({"name": "sale", "language": {"code": "ru"}}));
    message["biz_opaque_callback_data"] = json!("0190f0aa-0000-7000-8000-000000000001");
    message.as_object_mut().unwrap().remove("to");
    message["recipient"] = json!(MARIAS_ID);
    let sent = check.world.ok("POST", &format!("{PHONE}/messages"), message).await;
    check.holds("api_send_template_ok", &sent);
    let id = sent["messages"][0]["id"].as_str().unwrap();
    check.latest("status_sent");
    for (status, name) in
        [(Status::Delivered, "status_delivered"), (Status::Read, "status_read"), (Status::Played, "status_played")]
    {
        check.world.whatsapp.reports(id, status);
        check.latest(name);
    }
    check.world.maria().presses(id, 0).unwrap();
    check.latest("button_template");
    let text = check.world.sent("text", json!({"body": "Скидки"})).await;
    for code in [131_047, 131_026, 131_049] {
        check.world.whatsapp.fails(&text, code);
        check.latest(&format!("status_failed_{code}"));
    }
    let message =
        json!({"messaging_product": "whatsapp", "recipient": "BR.9876543210987654321", "text": {"body": "Oi"}});
    let sent = check.world.ok("POST", &format!("{PHONE}/messages"), message).await;
    check.world.whatsapp.reports(sent["messages"][0]["id"].as_str().unwrap(), Status::Delivered);
    check.latest("status_bsuid_only");
}

async fn templates(check: &mut Check) {
    let path = format!("{WABA}/message_templates");
    let template = json!({"name": "order_ready_v2", "language": "ru", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Заказ готов"}]});
    let made = check.world.ok("POST", &path, template).await;
    let id = made["id"].as_str().unwrap();
    check.world.whatsapp.approve(id).unwrap();
    check.latest("template_approved");
    let info = Some(("A variable stands at the end.".to_owned(), "Put text after it.".to_owned()));
    let reject = simulator::whatsapp::Review::Reject { reason: "INVALID_FORMAT".to_owned(), info };
    check.world.whatsapp.review(id, reject).unwrap();
    check.latest("template_rejected");
    check.world.whatsapp.review(id, simulator::whatsapp::Review::Pause).unwrap();
    check.latest("template_paused");
}

fn accounts(check: &mut Check) {
    check.world.whatsapp.set_quality(PHONE, "YELLOW", "DOWNGRADE", "TIER_2K");
    check.latest("phone_quality");
    check.world.whatsapp.restrict(WABA, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    check.latest("account_restricted");
    check.world.whatsapp.reinstate(WABA);
    check.world.whatsapp.phone_error(PHONE, 130_429);
    check.latest("errors_value");
    let click = json!({"click_component": "cta", "click_id": "c-1"});
    let action = json!({"action_type": "marketing_messages_link_click", "timestamp": "1795169130",
        "marketing_messages_link_click_data": click});
    check.world.whatsapp.notify_phone(PHONE, "messages", json!({"user_actions": [action]}));
    check.latest("unknown_value");
}

async fn coexistence(check: &mut Check) {
    let shared = NewPhone { is_on_biz_app: true, number: "77010009901".to_owned(), ..NewPhone::of(WABA) };
    let phone = check.world.whatsapp.add_phone(shared);
    let (maria, whatsapp) = (check.world.maria, &check.world.whatsapp);
    let day = super::world::START / 1000 - 40 * 86_400;
    whatsapp.remembers(&phone, maria, false, &Content::text("Сколько стоит?"), day).unwrap();
    whatsapp.remembers(&phone, maria, true, &Content::text("30 000"), day + 60).unwrap();
    let asked = json!({"messaging_product": "whatsapp", "sync_type": "history"});
    check.world.ok("POST", &format!("{phone}/smb_app_data"), asked.clone()).await;
    check.latest("history_chunk");
    whatsapp_declines(check, asked).await;
    let young = super::world::START / 1000 - 86_400;
    let another = NewPhone { is_on_biz_app: true, number: "77010009903".to_owned(), ..NewPhone::of(WABA) };
    let another = check.world.whatsapp.add_phone(another);
    check.world.whatsapp.remembers(&another, maria, false, &Content::image(""), young).unwrap();
    let asked = json!({"messaging_product": "whatsapp", "sync_type": "history"});
    check.world.ok("POST", &format!("{another}/smb_app_data"), asked).await;
    check.latest("history_media");
    let owner = |content| Act::OwnerSends { phone: phone.clone(), to: maria, content };
    let echo = check.world.whatsapp.act(owner(Content::text("Да, завтра привезём"))).unwrap().id;
    check.latest("echo_text");
    let (text, to) = ("Да, послезавтра".to_owned(), maria);
    let edit = Act::OwnerEdits { phone: phone.clone(), to, message: echo.clone(), text };
    check.world.whatsapp.act(edit).unwrap();
    check.latest("echo_edit");
    let username = Some("maria.k".to_owned());
    check.world.whatsapp.act(Act::SetUsername { who: maria, username }).unwrap();
    check.world.whatsapp.act(Act::OwnerRevokes { phone: phone.clone(), to, message: echo }).unwrap();
    check.latest("echo_revoke_bsuid");
    check.world.whatsapp.act(Act::SetUsername { who: maria, username: None }).unwrap();
    let full_name = "Мария Ковалёва".to_owned();
    check.world.whatsapp.act(Act::OwnerSaves { phone, who: maria, full_name, removed: false }).unwrap();
    check.latest("app_state_sync");
}

async fn whatsapp_declines(check: &mut Check, asked: Value) {
    let silent = NewPhone { is_on_biz_app: true, number: "77010009902".to_owned(), ..NewPhone::of(WABA) };
    let silent = check.world.whatsapp.add_phone(silent);
    check.world.whatsapp.set_shares_history(&silent, false);
    check.world.ok("POST", &format!("{silent}/smb_app_data"), asked).await;
    check.latest("history_declined");
}

async fn errors(check: &mut Check) {
    let path = format!("{PHONE}/messages");
    let text = to_maria("text", json!({"body": "Hi"}));
    check.world.whatsapp.faults().next("messages", 1, Fault::Error { code: 131_056 });
    let (_, pair) = check.world.call("POST", &path, text.clone()).await;
    check.holds("api_error_131056", &pair);
    let code =
        json!({"name": "code", "language": "ru", "category": "AUTHENTICATION", "components": [{"type": "BODY"}]});
    check.world.approved(code).await;
    let mut message = to_maria("template", json!({"name": "code", "language": {"code": "ru"}}));
    message["recipient"] = json!(MARIAS_ID);
    message.as_object_mut().unwrap().remove("to");
    let (status, recipient) = check.world.call("POST", &path, message).await;
    check.holds("api_error_131062", &recipient);
    assert_eq!((status, &recipient["error"]["code"]), (400, &json!(131_062)));
    check.world.whatsapp.expire_token(&check.world.token, 0);
    let (status, expired) = check.world.call("POST", &path, text).await;
    check.holds("api_error_190", &expired);
    assert_eq!((status, &expired["error"]["error_subcode"]), (401, &json!(463)));
}
