//! Updates: webhooks and their rules, what is kept for how long; acts and faults as JSON.

use serde_json::{Value, json};
use simulator::kit::Author;
use simulator::telegram::{Act, HookState, NewPerson};

use super::{World, bad, texts};
use crate::stage::{acts, faults};

#[tokio::test]
async fn parameters_are_kept_as_documented() {
    let world = World::start().await;
    let set = |more: Value| {
        let mut params = json!({"url": "http://127.0.0.1:9/hook"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let wrong = world.refused("setWebhook", set(json!({"secret_token": "not allowed!"}))).await;
    assert_eq!(wrong, bad("secret token contains unallowed characters"));
    assert_eq!(world.refused("setWebhook", set(json!({"secret_token": "a".repeat(257)}))).await.0, 400);
    let first = set(json!({"secret_token": "s3cr3t", "allowed_updates": ["message"], "max_connections": 7}));
    let again = set(json!({"secret_token": "s3cr3t", "max_connections": 7}));
    for (params, words) in [(first, "Webhook was set"), (again, "Webhook is already set")] {
        assert_eq!(world.call("setWebhook", params).await.1["description"], words);
    }
    let webhook = world.telegram().webhook(world.bot.id).unwrap();
    assert_eq!(webhook.allowed_updates, Some(vec!["message".to_owned()]), "left out, the list stays");
    assert_eq!((webhook.max_connections, webhook.secret.as_deref()), (7, Some("s3cr3t")));
    world.ok("setWebhook", set(json!({"allowed_updates": []}))).await;
    assert_eq!(world.telegram().webhook(world.bot.id).unwrap().max_connections, 40);
    assert!(world.ok("getWebhookInfo", json!({})).await.get("allowed_updates").is_none());
    for words in ["Webhook was deleted", "Webhook is already deleted"] {
        assert_eq!(world.call("deleteWebhook", json!({})).await.1["description"], words);
    }
}

#[tokio::test]
async fn updates_come_with_the_secret_and_a_refused_one_holds_its_chat_alone() {
    let world = World::start().await;
    let receiver = world.listens().await;
    let telegram = world.telegram();
    let pete = telegram.add_person(NewPerson::default());
    receiver.answers(&[(500, ""), (302, ""), (404, ""), (429, "100")]);
    world.maria().writes("first").unwrap();
    assert_eq!(telegram.deliver_all().await, 2, "the first repeat comes at once");
    assert_eq!(receiver.calls()[0].headers["x-telegram-bot-api-secret-token"], "s3cr3t_Token-1");
    world.maria().writes("second").unwrap();
    assert_eq!(telegram.deliver_all().await, 0, "the next of the chat waits");
    world.stage.advance(2).await;
    let info = world.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 404 Not Found");
    assert_eq!(info["pending_update_count"], 2);
    world.stage.advance(4).await;
    telegram.customer(pete, world.bot.id).writes("from Pete").unwrap();
    telegram.deliver_all().await;
    assert_eq!(texts(&receiver), ["first", "first", "first", "first", "from Pete"]);
    world.stage.advance(99).await;
    assert_eq!(receiver.calls().len(), 5, "Retry-After is obeyed");
    world.stage.advance(1).await;
    assert_eq!(texts(&receiver)[5..], ["first", "second"]);
    assert!(telegram.hooks(world.bot.id).iter().all(|one| one.state == HookState::Delivered));
}

#[tokio::test]
async fn nothing_is_kept_longer_than_its_day_and_a_gone_webhook_is_removed() {
    let world = World::start().await;
    let receiver = world.listens().await;
    let (telegram, bot) = (world.telegram(), world.bot.id);
    receiver.always(500, "");
    world.maria().writes("lost").unwrap();
    world.stage.advance(24 * 3600 - 1).await;
    assert_eq!(telegram.hooks(bot)[0].state, HookState::Waiting);
    receiver.always(200, "");
    world.stage.advance(1).await;
    assert_eq!(telegram.hooks(bot)[0].state, HookState::Dropped);
    receiver.always(410, "");
    world.maria().writes("one").unwrap();
    telegram.deliver_all().await;
    world.stage.advance(22 * 3600).await;
    assert!(telegram.webhook(bot).is_some());
    world.stage.advance(3600).await;
    assert!(telegram.webhook(bot).is_none());
}

#[tokio::test]
async fn acts_and_faults_are_json() {
    let world = World::start().await;
    for example in acts("telegram") {
        let (status, done) = world.stage.post("/acts", &example).await;
        assert_eq!(status, 200, "{example}: {done}");
    }
    let chat = world.telegram().history(world.bot.id, world.maria);
    let kinds: Vec<&str> = chat.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["text", "text", "document", "sticker", "text", "text", "photo", "video"]);
    assert_eq!(chat[1].reactions[&Author::Person(world.maria)], ["👍"]);
    assert_eq!((chat[1].text.as_str(), chat[2].text.as_str()), ("Hi there", "signed twice"));
    let (who, bot) = (world.maria, world.bot.id);
    let start = world.stage.post("/acts", &json!({"act": "start", "who": who, "bot": bot})).await.1;
    assert_eq!(start, json!({"messages": [9], "id": "", "chat": 0}));
    world.telegram().customer(who, bot).blocks().unwrap();
    let send = json!({"act": "send", "who": who, "to": {"bot": bot}, "content": {"kind": "text", "text": "Hi"}});
    let (status, refused) = world.stage.post("/acts", &send).await;
    assert_eq!((status, &refused["error"]), (422, &json!("the person has blocked the bot")));
    for example in faults("telegram") {
        assert_eq!(world.stage.post("/faults", &example).await.0, 200, "{example}");
    }
    let renewed = world.telegram().renew_token(bot);
    let (status, page) = world.stage.page("/trouble?lang=en").await;
    assert!(status == 200 && page.contains(&renewed) && page.contains("another-service.example"), "{page}");
    assert!(world.telegram().act(Act::own("retitle").with("group", -7)).is_err());
}
