//! The documented bodies: what the simulator makes has every field of its sample, of the same type.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::{Act, Content, Given, NewPerson, Review, Status, refusal};

use super::{DAY, MARIAS_ID, PHONE, WABA, World, to_maria};
use crate::stage::{START, Samples};

struct Check {
    world: World,
    pub samples: Samples,
}

impl Check {
    /// The newest webhooks are these.
    async fn latest(&mut self, names: &[&str]) {
        self.world.whatsapp().deliver_all().await;
        let bodies = self.world.receiver.bodies();
        for (name, made) in names.iter().zip(&bodies[bodies.len() - names.len()..]) {
            self.samples.holds(name, made);
        }
    }

    async fn sends(&mut self, name: &str, content: Content) {
        self.world.maria().sends(content).unwrap();
        self.latest(&[name]).await;
    }

    async fn acts(&mut self, names: &[&str], act: Act) -> String {
        let done = self.world.whatsapp().act(act).unwrap();
        self.latest(names).await;
        done.id.into()
    }

    async fn person(&mut self, name: &str, new: NewPerson) -> i64 {
        let who = self.world.whatsapp().add_person(new);
        self.world.whatsapp().customer(who, PHONE).writes("Здравствуйте!").unwrap();
        self.latest(&[name]).await;
        who
    }
}

#[tokio::test]
async fn every_documented_body_can_be_made() {
    let world = World::start().await;
    world.whatsapp().set_delivers(false);
    let mut check = Check { world, samples: Samples::read("whatsapp") };
    content(&mut check).await;
    people(&mut check).await;
    answers(&mut check).await;
    statuses(&mut check).await;
    templates(&mut check).await;
    accounts(&mut check).await;
    coexistence(&mut check).await;
    errors(&mut check).await;
    check.world.whatsapp().set_batch(Some(simulator::whatsapp::Batch::Messages));
    check.world.whatsapp().hold_hooks(true);
    check.world.maria().writes("1").unwrap();
    check.world.maria().writes("2").unwrap();
    check.world.whatsapp().hold_hooks(false);
    check.latest(&["batch"]).await;
    check.samples.are_all_made();
}

async fn content(check: &mut Check) {
    check.sends("text", Content::text("Ещё вопрос: оплата картой?")).await;
    check.sends("image_caption", Content::of("image").saying("мой чек")).await;
    check.sends("image", Content::of("image")).await;
    check.sends("video", Content::of("video").saying("как стучит")).await;
    check.sends("voice", Content::of("voice")).await;
    check.sends("audio", Content::of("audio")).await;
    let contract = Given::sample().named("Договор №7.pdf");
    check.sends("document", Content::of("document").file(contract).saying("подписано")).await;
    let scan = Given::bytes("scan.png", "image/png", &b"\x89PNG"[..]);
    check.sends("document_image", Content::of("document").file(scan)).await;
    check.sends("sticker_animated", Content::of("sticker").with("animated", true)).await;
    let place = Content::of("location").with("latitude", 43.238_949).with("longitude", 76.889_709);
    check.sends("location", place.with("name", "Acme").with("address", "Abai 10")).await;
    let contacts = json!([
        {"name": {"first_name": "Иван", "formatted_name": "Иван Сервис"},
            "phones": [{"phone": "+7 701 000 22 33", "wa_id": "77010002233", "type": "CELL"}]},
        {"name": {"formatted_name": "Склад"}, "org": {"company": "Acme"},
            "phones": [{"phone": "+7 701 000 44 55", "type": "WORK"}]}]);
    check.sends("contacts_two", Content::of("contacts").with("contacts", contacts)).await;
    let items = json!([{"product_retailer_id": "SKU-77", "quantity": 2, "item_price": 30, "currency": "USD"}]);
    let order = Content::of("order").saying("к пятнице").with("catalog_id", "440011").with("items", items);
    check.sends("order", order).await;
    check.sends("unsupported", Content::of("unsupported").with("what", "poll_creation")).await;
    check.sends("unavailable_131060", Content::of("unavailable")).await;
    let ad = json!({"source_url": "https://fb.me/3acmead", "source_id": "120200000000000001", "source_type": "ad",
        "headline": "Синие велосипеды", "body": "Только в ноябре", "media_type": "image",
        "image_url": "https://scontent.example/ad.jpg", "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-acme",
        "welcome_message": {"text": "Здравствуйте! Чем помочь?"}});
    for (name, field, value) in [
        ("text_forwarded", "forwarded", json!(true)),
        ("text_forwarded_often", "forwarded_often", json!(true)),
        ("text_ad_referral", "referral", ad),
        ("text_product", "product", json!({"catalog_id": "440011", "product_retailer_id": "SKU-77"})),
        ("group_text", "group_id", json!("Y2FwaV9ncm91cDo3NzAxMDAwOTkwMDoxMjAz")),
    ] {
        check.world.maria().sends_with(Content::text("Есть в наличии?"), |act| act.with(field, value)).unwrap();
        check.latest(&[name]).await;
    }
}

async fn people(check: &mut Check) {
    let classic = NewPerson { wa_id: "77010001123".to_owned(), user_id: None, ..NewPerson::default() };
    check.person("text_classic", classic).await;
    let joao = NewPerson {
        wa_id: "5511900001111".to_owned(),
        name: "João 🌿".to_owned(),
        username: Some("joao.verde".to_owned()),
        user_id: Some("BR.9876543210987654321".to_owned()),
        ..NewPerson::default()
    };
    let joao = check.person("text_username_only", joao).await;
    assert!(!check.world.receiver.bodies().pop().unwrap().to_string().contains("5511900001111"));
    check.acts(&["contact_request_answer"], Act::own("share_contact").who(joao).line(PHONE)).await;
    let enrolled = NewPerson {
        wa_id: "77010001124".to_owned(),
        user_id: Some("KZ.2234567890123456789".to_owned()),
        parent_user_id: Some("KZ.ENT.998877665544332211".to_owned()),
        ..NewPerson::default()
    };
    let enrolled = check.person("text_parent_bsuid", enrolled).await;
    let moved = Act::own("change_number").who(enrolled).with("number", "77019998877");
    let reports = ["system_number_changed", "system_user_id_changed", "user_id_update"];
    check.acts(&reports, moved.with("user_id", "KZ.5550001112223334445")).await;
    let stop = Act::own("stop_marketing").who(check.world.maria).line(PHONE);
    check.acts(&["user_preferences"], stop.clone().with("on", true)).await;
    check.world.whatsapp().act(stop.with("on", false)).unwrap();
}

async fn answers(check: &mut Check) {
    let send = check.world.send("text", json!({"body": "Добрый день"})).await;
    check.samples.holds("api_send_ok", &send);
    let id = send["messages"][0]["id"].as_str().unwrap();
    check.world.maria().replies(id, "Да, этот").unwrap();
    check.latest(&["text_reply"]).await;
    for (emoji, name) in [("👍", "reaction_add"), ("", "reaction_remove")] {
        check.world.maria().reacts(id, emoji).unwrap();
        check.latest(&[name]).await;
    }
    let buttons = json!({"type": "button", "body": {"text": "Привезти?"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "b:7Qp2Zx1:0:0", "title": "Да"}}]}});
    let list = json!({"type": "list", "body": {"text": "Что?"}, "action": {"button": "Услуги", "sections": [
        {"rows": [{"id": "k7Qp2Zx1", "title": "Доставка", "description": "1-2 дня"}]}]}});
    let mut asked = String::new();
    for (name, message) in [("button_reply", buttons), ("list_reply", list)] {
        asked = check.world.sent("interactive", message).await;
        check.world.maria().presses_number(&asked, 0).unwrap();
        check.latest(&[name]).await;
    }
    let fill = Act::own("fill").who(check.world.maria).line(PHONE).message(asked);
    check.acts(&["flow_reply"], fill.with("values", json!({"flow_token": "t-1", "date": "2026-11-24"}))).await;
    let picture = check.world.maria().sends(Content::of("image").saying("мой чек")).unwrap();
    check.world.maria().edits(&picture, "мой чек (верный)").unwrap();
    check.latest(&["edit"]).await;
    check.world.maria().removes(&picture).unwrap();
    check.latest(&["revoke"]).await;
    let upload = check.world.uploaded("picture.jpg", "image/jpeg").await;
    let media = check.world.get(&upload).await;
    check.samples.holds("api_media", &media);
}

async fn statuses(check: &mut Check) {
    let template = json!({"name": "sale", "language": "ru", "category": "MARKETING",
        "components": [{"type": "BODY", "text": "Скидки до пятницы"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Подтверждаю"}]}]});
    check.world.approved(template).await;
    let message = json!({"messaging_product": "whatsapp", "recipient": MARIAS_ID, "type": "template",
        "template": {"name": "sale", "language": {"code": "ru"}},
        "biz_opaque_callback_data": "0190f0aa-0000-7000-8000-000000000001"});
    let sent = check.world.post(&format!("{PHONE}/messages"), message).await;
    check.samples.holds("api_send_template_ok", &sent);
    let id = sent["messages"][0]["id"].as_str().unwrap();
    check.latest(&["status_sent"]).await;
    for (status, name) in
        [(Status::Delivered, "status_delivered"), (Status::Read, "status_read"), (Status::Played, "status_played")]
    {
        check.world.whatsapp().reports(id, status);
        check.latest(&[name]).await;
    }
    check.world.maria().presses_number(id, 0).unwrap();
    check.latest(&["button_template"]).await;
    let text = check.world.sent("text", json!({"body": "Скидки"})).await;
    for code in [131_047, 131_026, 131_049] {
        check.world.whatsapp().fails(&text, code);
        check.latest(&[&format!("status_failed_{code}")]).await;
    }
    let joao = json!({"messaging_product": "whatsapp", "recipient": "BR.9876543210987654321", "text": {"body": "Oi"}});
    let sent = check.world.post(&format!("{PHONE}/messages"), joao).await;
    check.world.whatsapp().reports(sent["messages"][0]["id"].as_str().unwrap(), Status::Delivered);
    check.latest(&["status_bsuid_only"]).await;
}

async fn templates(check: &mut Check) {
    let template = json!({"name": "order_ready_v2", "language": "ru", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Заказ готов"}]});
    let made = check.world.post(&format!("{WABA}/message_templates"), template).await;
    let info = Some(("A variable stands at the end.".to_owned(), "Put text after it.".to_owned()));
    for (review, name) in [
        (Review::Approve, "template_approved"),
        (Review::Reject { reason: "INVALID_FORMAT".to_owned(), info }, "template_rejected"),
        (Review::Pause, "template_paused"),
    ] {
        check.world.whatsapp().review(made["id"].as_str().unwrap(), review).unwrap();
        check.latest(&[name]).await;
    }
}

async fn accounts(check: &mut Check) {
    check.world.whatsapp().set_quality(PHONE, "YELLOW", "DOWNGRADE", "TIER_2K");
    check.latest(&["phone_quality"]).await;
    check.world.whatsapp().restrict(WABA, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    check.latest(&["account_restricted"]).await;
    check.world.whatsapp().reinstate(WABA);
    let errors = check.samples.bodies["errors_value"].pointer("/entry/0/changes/0/value/errors").unwrap();
    check.world.whatsapp().notify_phone(PHONE, "messages", json!({"errors": errors}));
    check.latest(&["errors_value"]).await;
    let click = json!({"click_component": "cta", "click_id": "c-1"});
    let action = json!({"action_type": "marketing_messages_link_click", "timestamp": "1795169130",
        "marketing_messages_link_click_data": click});
    check.world.whatsapp().notify_phone(PHONE, "messages", json!({"user_actions": [action]}));
    check.latest(&["unknown_value"]).await;
}

async fn coexistence(check: &mut Check) {
    let (maria, day) = (check.world.maria, START / 1000 - 40 * DAY);
    let [phone, silent, another] =
        ["77010009901", "77010009902", "77010009903"].map(|number| check.world.shared_phone(number));
    let whatsapp = check.world.whatsapp();
    whatsapp.remembers(&phone, maria, false, &Content::text("Сколько стоит?"), day).unwrap();
    whatsapp.remembers(&phone, maria, true, &Content::text("30 000"), day + 60).unwrap();
    whatsapp.set_shares_history(&silent, false);
    whatsapp.remembers(&another, maria, false, &Content::of("image"), START / 1000 - DAY).unwrap();
    for (phone, name) in [(&phone, "history_chunk"), (&silent, "history_declined"), (&another, "history_media")] {
        let asked = json!({"messaging_product": "whatsapp", "sync_type": "history"});
        check.world.post(&format!("{phone}/smb_app_data"), asked).await;
        check.latest(&[name]).await;
    }
    let owner = |name: &str| Act::own(name).line(phone.as_str()).with("to", maria);
    let sends = owner("owner_sends").content(Content::text("Да, завтра привезём"));
    let echo = check.acts(&["echo_text"], sends).await;
    check.acts(&["echo_edit"], owner("owner_edits").message(&echo).text("Да, послезавтра")).await;
    let named = |name: Value| Act::own("set_username").who(maria).with("username", name);
    check.world.whatsapp().act(named(json!("maria.k"))).unwrap();
    check.acts(&["echo_revoke_bsuid"], owner("owner_revokes").message(&echo)).await;
    check.world.whatsapp().act(named(Value::Null)).unwrap();
    let saves = Act::own("owner_saves").who(maria).line(phone.as_str()).with("full_name", "Мария Ковалёва");
    check.acts(&["app_state_sync"], saves).await;
}

async fn errors(check: &mut Check) {
    let path = format!("{PHONE}/messages");
    let text = to_maria("text", json!({"body": "Hi"}));
    check.world.whatsapp().faults().next("messages", 1, refusal(131_056));
    let (_, pair) = check.world.call(Method::POST, &path, text.clone()).await;
    check.samples.holds("api_error_131056", &pair);
    let code =
        json!({"name": "code", "language": "ru", "category": "AUTHENTICATION", "components": [{"type": "BODY"}]});
    check.world.approved(code).await;
    let message = json!({"messaging_product": "whatsapp", "recipient": MARIAS_ID, "type": "template",
        "template": {"name": "code", "language": {"code": "ru"}}});
    let (_, recipient) = check.world.call(Method::POST, &path, message).await;
    check.samples.holds("api_error_131062", &recipient);
    let token = check.world.whatsapp().add_token(&check.world.app.id, &[WABA]);
    check.world.whatsapp().expire_token(&token, 0);
    let (_, expired) = check.world.call_with(&token, Method::POST, &path, text).await;
    check.samples.holds("api_error_190", &expired);
}
