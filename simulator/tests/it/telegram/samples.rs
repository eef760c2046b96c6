//! The documented bodies: what the simulator makes for each act has every field of its sample, of the same type.

use serde_json::{Value, json};
use simulator::telegram::{Act, Content, Fault, GroupKind, NewGroup, NewPerson, Verb};

use super::{World, kinds};
use crate::stage::{Receiver, Samples};

pub struct Check {
    pub world: World,
    pub samples: Samples,
}

impl Check {
    pub async fn latest(&mut self, name: &str) {
        let made = self.world.latest().await;
        self.samples.holds(name, &made);
    }

    pub async fn sends(&mut self, name: &str, content: Content) {
        self.world.maria().sends(content).unwrap();
        self.latest(name).await;
    }

    pub async fn dressed(&mut self, name: &str, text: &str, with: Value) {
        self.world.maria().sends_with(Content::text(text), |act| dressed(act, with)).unwrap();
        self.latest(name).await;
    }
}

/// With these fields of `with`.
pub fn dressed(act: Act, with: Value) -> Act {
    with.as_object().unwrap().iter().fold(act, |act, (name, value)| act.with(name, value.clone()))
}

#[tokio::test]
async fn every_documented_body_can_be_made() {
    let world = World::start().await;
    let kinds = json!([
        "message",
        "edited_message",
        "callback_query",
        "message_reaction",
        "my_chat_member",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages"
    ]);
    world.ok("getUpdates", json!({"allowed_updates": kinds})).await;
    let mut check = Check { world, samples: Samples::read("telegram") };
    kinds::content(&mut check).await;
    kinds::plain(&mut check).await;
    kinds::dressed(&mut check).await;
    acts(&mut check).await;
    groups(&mut check).await;
    business(&mut check).await;
    answers(&mut check).await;
    check.samples.are_all_made();
}

async fn acts(check: &mut Check) {
    let text = check.world.maria().writes("Hi").unwrap();
    check.world.maria().edits(text, "Hi! See our NEW offer").unwrap();
    check.latest("edited_text").await;
    let photo = check.world.maria().sends(Content::of("photo").saying("Чек")).unwrap();
    let edit = Act::of(Verb::Edit).who(check.world.maria).line(check.world.bot.id).message(photo);
    check.world.telegram().act(edit.content(Content::of("photo").saying("Чек (исправлен)"))).unwrap();
    check.latest("edited_media").await;
    let chat = check.world.maria;
    let ask = json!({"chat_id": chat, "text": "Deliver today?", "reply_markup": {"inline_keyboard":
        [[{"text": "Yes", "callback_data": "b:7Qp2Zx1:0:0"}, {"text": "No", "callback_data": "b:7Qp2Zx1:0:1"}]]}});
    let asked = check.world.ok("sendMessage", ask).await["message_id"].as_i64().unwrap();
    check.world.maria().presses(asked, "Yes").unwrap();
    check.latest("callback_query").await;
    let old = Act::own("press_old").who(chat).line(check.world.bot.id).message(12).with("data", "b:0Aa1Bb2:1:0");
    check.world.telegram().act(old).unwrap();
    check.latest("callback_inaccessible").await;
    for (name, emoji) in
        [("reaction_add", "👍"), ("reaction_change", "custom:5368324170671202286"), ("reaction_remove", "")]
    {
        if name == "reaction_remove" {
            check.world.maria().reacts(asked, "❤").unwrap();
        }
        check.world.maria().reacts(asked, emoji).unwrap();
        check.latest(name).await;
    }
    check.world.maria().blocks().unwrap();
    check.latest("my_chat_member_blocked").await;
    check.world.maria().unblocks().unwrap();
    check.latest("my_chat_member_unblocked").await;
    let unknown = json!({"subscription": {"user": {"id": chat, "is_bot": false, "first_name": "Maria",
        "last_name": "Kovaleva", "username": "maria_kov", "language_code": "ru"}, "state": "active"}});
    check.world.telegram().inject(check.world.bot.id, unknown).unwrap();
    check.latest("unknown_update").await;
}

async fn groups(check: &mut Check) {
    let (maria, bot) = (check.world.maria, check.world.bot.id);
    let act = |name: &str, group: i64| Act::own(name).with("group", group).with("by", maria);
    let group = |kind| NewGroup { id: None, title: "Delivery 77".to_owned(), kind, members: vec![maria] };
    let basic = check.world.telegram().add_group(group(GroupKind::Basic));
    check.world.telegram().act(act("add_bot", basic).line(bot)).unwrap();
    check.latest("group_added").await;
    let upgraded = check.world.telegram().act(act("upgrade_group", basic)).unwrap().dialog.number();
    let updates = check.world.updates().await;
    check.samples.holds("migrate_to", &updates[updates.len() - 2]);
    check.latest("migrate_from").await;
    let at = |check: &Check, text: &str, with: Value| {
        let member = check.world.telegram().member(maria, upgraded);
        member.sends_with(Content::text(text), |act| dressed(act, with)).unwrap();
    };
    at(check, "@acme_support_bot где курьер?", json!({}));
    check.latest("group_text").await;
    at(check, "@acme_support_bot едет", json!({"anonymous": true, "signature": "логист"}));
    check.latest("group_anonymous_admin").await;
    let forum = check.world.telegram().add_group(group(GroupKind::Forum));
    check.world.telegram().act(act("add_bot", forum).line(bot)).unwrap();
    check.world.telegram().in_topic(maria, forum, 14).writes("/stock").unwrap();
    check.latest("forum_topic").await;
    let gone = check.world.telegram().add_person(NewPerson { id: 5_599_887_766, ..NewPerson::default() });
    let other = NewGroup { members: vec![gone, bot], ..group(GroupKind::Super) };
    let other = check.world.telegram().add_group(other);
    check.world.telegram().act(Act::own("delete_account").who(gone)).unwrap();
    check.world.telegram().member(gone, other).writes("/thanks").unwrap();
    check.latest("deleted_account").await;
    assert_eq!(check.world.latest().await["message"]["from"]["first_name"], "");
}

async fn business(check: &mut Check) {
    let owner = NewPerson {
        id: 6_098_765_432,
        first_name: "Oleg".to_owned(),
        last_name: Some("Petrov".to_owned()),
        username: Some("oleg_acme".to_owned()),
        is_premium: true,
        ..NewPerson::default()
    };
    let owner = check.world.telegram().add_person(owner);
    let (maria, bot) = (check.world.maria, check.world.bot.id);
    let lends = |name: &str| Act::own(name).line(bot).with("owner", owner);
    let connection = check.world.telegram().act(lends("connect").with("can_reply", true)).unwrap().id;
    check.latest("business_connection").await;
    let first = check.world.telegram().correspondent(maria, owner).writes("Олег, добрый день").unwrap();
    check.latest("business_message_in").await;
    check.world.telegram().correspondent(owner, maria).writes("Да, сейчас").unwrap();
    check.latest("business_message_out").await;
    let answer = json!({"business_connection_id": connection, "chat_id": maria, "text": "Счёт отправлен"});
    check.world.ok("sendMessage", answer).await;
    check.latest("business_message_echo").await;
    check.world.telegram().correspondent(maria, owner).edits(first, "Олег, добрый вечер").unwrap();
    check.latest("business_message_edited").await;
    check.world.telegram().correspondent(maria, owner).removes(first).unwrap();
    check.latest("business_messages_deleted").await;
    check.world.telegram().act(lends("disconnect")).unwrap();
    check.latest("business_disconnected").await;
}

async fn answers(check: &mut Check) {
    let chat = check.world.maria;
    let me = check.world.call("getMe", json!({})).await.1;
    check.samples.holds("api_get_me", &me);
    let sent = check.world.call("sendMessage", json!({"chat_id": chat, "text": "Good day, Maria!"})).await.1;
    check.samples.holds("api_send_ok", &sent);
    check.world.maria().sends(Content::of("photo")).unwrap();
    let file_id = check.world.latest().await["message"]["photo"][2]["file_id"].clone();
    let file = check.world.call("getFile", json!({"file_id": file_id})).await.1;
    check.samples.holds("api_get_file", &file);
    check.world.telegram().faults().next("sendMessage", 1, Fault::TooMany { retry_after: Some(34) });
    let text = json!({"chat_id": chat, "text": "Hi"});
    let too_many = check.world.call("sendMessage", text.clone()).await.1;
    check.samples.holds("api_error_429", &too_many);
    let groups =
        check.world.telegram().add_group(NewGroup { members: vec![chat, check.world.bot.id], ..NewGroup::default() });
    check.world.telegram().act(Act::own("upgrade_group").with("group", groups).with("by", chat)).unwrap();
    let migrated = check.world.call("sendMessage", json!({"chat_id": groups, "text": "Hi"})).await.1;
    check.samples.holds("api_error_migrate", &migrated);
    check.world.maria().blocks().unwrap();
    let blocked = check.world.call("sendMessage", text.clone()).await.1;
    check.samples.holds("api_error_blocked", &blocked);
    webhook_info(check).await;
    check.world.telegram().revoke_token(check.world.bot.id);
    let revoked = check.world.call("sendMessage", text).await.1;
    check.samples.holds("api_error_401", &revoked);
}

async fn webhook_info(check: &mut Check) {
    let receiver = Receiver::start();
    receiver.always(502, "");
    check.world.ok("setWebhook", json!({"url": receiver.url, "allowed_updates": ["message"]})).await;
    check.world.telegram().deliver_all().await;
    let info = check.world.call("getWebhookInfo", json!({})).await.1;
    check.samples.holds("api_webhook_info", &info);
}
