//! What every simulator has from the kit, tried with MAX: the pages, faults, the sender, JSON for programs.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::kit::HookState;
use simulator::max::{Act, Fault, HookFault};

use super::World;
use crate::stage::{acts, faults};

#[tokio::test]
async fn a_phone_shows_and_sends() {
    let world = World::start().await;
    let phone = format!("/phone/{}/{}", world.maria, world.bot.id);
    let press = async |fields: &[(&str, &str)]| world.stage.form(&format!("{phone}?lang=en"), fields).await;
    let early = press(&[("do", "text"), ("text", "early")]).await;
    assert!(early.0 == 422 && early.1.contains("the bot is not started"), "{early:?}");
    press(&[("do", "start")]).await;
    let shown = press(&[("do", "text"), ("text", "<b>Hi https://acme.test/1")]).await.1;
    assert!(shown.contains("&#60;b&#62;Hi") || shown.contains("&lt;b&gt;Hi"), "{shown}");
    assert!(shown.contains("href=\"https://acme.test/1\""), "{shown}");
    for kind in ["image", "video", "audio", "file", "sticker", "location", "own_contact"] {
        assert_eq!(press(&[("do", kind)]).await.0, 200, "{kind}");
    }
    let key = json!([[{"type": "callback", "text": "Yes", "payload": "b:1"}]]);
    let body = json!({"text": "Deliver?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": key}}]});
    let asked = world.sent(body).await;
    let path = format!("/chats/{}/actions", world.dialog());
    world.ok(Method::POST, &path, json!({"action": "typing_on"})).await;
    let (status, shown) = world.stage.page(&format!("{phone}?lang=ru")).await;
    for part in ["Deliver?", "печатает", "offer.pdf", "📍 55.7522, 37.6156", "👤 Maria Kovaleva 79990000000"]
    {
        assert!(status == 200 && shown.contains(part), "{part}: {shown}");
    }
    let file = shown.split("href=\"").find(|part| part.starts_with("/phone/") && part.contains("/files/")).unwrap();
    let file = world.stage.page(file.split('"').next().unwrap()).await.0;
    assert_eq!(file, 200, "files are shown without the messenger's address");
    let hook = world.listens().await;
    press(&[("do", "press"), ("message", &asked), ("row", "0"), ("column", "0")]).await;
    let mine = world.maria().writes("wrong").unwrap();
    press(&[("do", "text"), ("edit", &mine), ("text", "right")]).await;
    press(&[("do", "text"), ("reply_to", &asked), ("text", "Yes")]).await;
    press(&[("do", "remove"), ("message", &mine)]).await;
    press(&[("do", "clear_dialog")]).await;
    world.stage.simulator.deliver_all().await;
    let told = ["message_callback", "message_created", "message_edited", "message_created", "message_removed"];
    assert_eq!(super::kinds(&hook)[..5], told);
    assert_eq!((super::kinds(&hook)[5..].len(), world.stage.page("/phone/1/2").await.0), (1, 404));
    let max = &world.stage.simulator;
    let channel = max.add_channel(world.bot.id, "Acme news");
    let post = max.act(Act::own("post").with("channel", channel).text("Sale!")).unwrap().message();
    let shown = press(&[("do", "comment"), ("post", post.as_str()), ("text", "How much?")]).await.1;
    assert!(shown.contains("Sale!") && shown.contains("<b>Maria Kovaleva</b>: How much?"), "{shown}");
    let list = world.stage.page("/phone?lang=en").await.1;
    assert!(list.contains("Maria Kovaleva → Acme") && list.contains(&phone), "{list}");
    let stranger = world.stage.request(Method::POST, &phone).header("Origin", "https://evil.example").body("do=stop");
    assert_eq!(stranger.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    for mut act in acts("max") {
        act["who"] = json!(world.maria);
        for place in ["/bot", "/to/bot"] {
            if let Some(bot) = act.pointer_mut(place) {
                *bot = json!(world.bot.id);
            }
        }
        let (status, done) = world.stage.post("/acts", &act).await;
        assert!(status == 200 && (act["act"] != "send" || done["mid"].is_string()), "{act}: {done}");
    }
    let (status, refused) = world.stage.post("/acts", &json!({"act": "fly"})).await;
    assert_eq!((status, &refused["error"]), (422, &json!("there is no act fly")));
    for (name, value) in [
        ("wings", json!(2)),
        ("content", json!({"kind": "hologram"})),
        ("content", json!({"kind": "location", "longitude": 1})),
        ("content", json!({"kind": "image", "file": {"data": "?"}})),
    ] {
        let act = json!({"act": "send", "who": world.maria, "bot": world.bot.id, "text": "Hi", (name): value});
        let (status, refused) = world.stage.post("/acts", &act).await;
        assert!(status == 422 && refused["error"].is_string(), "{act}: {refused}");
    }
    let fault = async |fault: Value| world.stage.post("/faults", &fault).await;
    for mut example in faults("max") {
        for name in ["hijack", "revoke"] {
            if example.get(name).is_some() {
                example[name] = json!(world.bot.id);
            }
        }
        assert_eq!(fault(example.clone()).await.0, 200, "{example}");
    }
    assert!(world.stage.simulator.faults().left() > 3);
    let (status, page) = world.stage.page("/trouble?lang=en").await;
    assert!(status == 200 && page.contains("another-service.example") && page.contains("POST /messages"), "{page}");
    world.stage.request(Method::DELETE, "/faults").send().await.unwrap();
    assert_eq!(world.stage.simulator.faults().left(), 0);
    assert_eq!(fault(json!({"call": "x", "fault": "sun"})).await.0, 422);
    world.stage.form("/trouble", &[("fault", r#"{"update": "doubled", "count": 1}"#)]).await;
    assert_eq!(world.stage.simulator.faults().describe(), ["webhook: doubled × 1"]);
    let page = world.stage.page("/trouble?lang=en").await.1;
    assert_eq!(page.matches("aria-checked=\"true\"").count(), 1, "{page}");
    world.stage.form("/trouble", &[("mend", "webhook: doubled")]).await;
    assert_eq!(world.stage.simulator.faults().left(), 0);
}

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let world = World::started().await;
    let (path, faults, max) = (world.messages(), world.stage.simulator.faults(), &world.stage.simulator);
    let say = json!({"text": "Hi"});
    faults.next("POST /messages", 1, Fault::TooMany { retry_after: Some(3) });
    assert_eq!(world.refused(Method::POST, &path, say.clone()).await.0, 429);
    faults.next("*", 1, Fault::refuse(403, "x", "y"));
    assert_eq!(world.refused(Method::POST, &path, say.clone()).await, (403, "x".to_owned(), "y".to_owned()));
    faults.next("POST /messages", 1, Fault::own("not_success", &json!({"message": "no"})));
    assert_eq!(world.ok(Method::POST, &path, say.clone()).await, json!({"success": false, "message": "no"}));
    for (fault, sent) in [(Fault::HtmlPage { status: 502 }, 0), (Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("POST /messages", 1, fault);
        let call = world.stage.request(Method::POST, &path).header("Authorization", &world.bot.token).json(&say);
        let answer = call.send().await;
        assert!(answer.is_err() || answer.unwrap().status() == 502);
        assert_eq!((max.sent(world.bot.id).len(), faults.left()), (sent, 0));
    }
    let calls = max.calls(world.bot.id);
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [429, 403, 200, 502, 0, 0]);
    assert_eq!((calls[0].call.as_str(), &calls[0].body), ("POST /messages", &say));
}

#[tokio::test]
async fn webhooks_come_twice_again_or_never() {
    let world = World::started().await;
    let (hook, max) = (world.listens().await, &world.stage.simulator);
    for (fault, text) in [(HookFault::Doubled, "twice"), (HookFault::LostAnswer, "again"), (HookFault::Lost, "never")] {
        max.faults().next_hooks(1, fault);
        world.maria().writes(text).unwrap();
        max.deliver_all().await;
    }
    world.stage.advance(60).await;
    let text = |update: &Value| update["message"]["body"]["text"].as_str().unwrap().to_owned();
    assert_eq!(hook.bodies().iter().map(text).collect::<Vec<_>>(), ["twice", "twice", "again", "again"]);
    assert_eq!(hook.calls()[0].bytes, hook.calls()[1].bytes);
    hook.answers(&[(503, "later")]);
    world.maria().writes("refused once").unwrap();
    max.deliver_all().await;
    world.stage.advance(60).await;
    assert_eq!(hook.calls().len(), 6);
    max.hold_hooks(true);
    world.maria().writes("held").unwrap();
    max.deliver_all().await;
    assert_eq!((hook.calls().len(), max.hooks(world.bot.id).pop().unwrap().state), (6, HookState::Waiting));
    max.hold_hooks(false);
    max.deliver_all().await;
    assert_eq!(hook.calls().len(), 7);
}
