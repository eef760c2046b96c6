//! The list of messages and the chats.

use parom_tests::{World, both};

use super::{Visitor, never_says, says};

async fn messages_are_found_by_number_name_and_every_id(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    let body = serde_json::json!({
        "id": "ext-1", "conversation": {"id": "chat-anna"},
        "sender": {"role": "client", "id": "user-7", "name": "Анна Петрова", "phone": "+79151112233"},
        "content": {"type": "text", "text": "secret words"},
    });
    let ours = customer.posts(&body).await.is(202).text_at("/id");
    world.customer(&line, "boris").writes("other").await;
    world.deliver_all().await;
    let shown = world.api.get(&format!("/api/v1/messages/{ours}")).await.is(200);
    let theirs = shown.text_at("/amocrm_message_id");
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let list = visitor.get("/panel/messages").await.is(200);
    says(&list, &["2 messages found", "Анна Петрова", "boris", "Delivered"]);
    never_says(&list, &["secret words"]);
    let conversation = line.crm_conversation("chat-anna");
    for asked in ["8 (915) 111-22-33", "9151112233", "петрова", "ext-1", &ours, &theirs, "chat-anna", &conversation]
    {
        let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let found = visitor.get(&format!("/panel/messages?q={query}")).await.is(200);
        says(&found, &["1 message found", &ours]);
        never_says(&found, &["boris"]);
    }
    says(&visitor.get("/panel/messages?q=nobody").await.is(200), &["Nothing found"]);
    says(&visitor.get("/panel/messages?q=%25").await.is(200), &["Nothing found"]);
}

async fn filters_choose_and_pages_follow(world: &mut World) {
    let line = world.line("support").await;
    for number in 0..55 {
        world.customer(&line, "anna").writes(&format!("text {number}")).await;
    }
    world.deliver_all().await;
    let customer = world.customer(&line, "waiting");
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "held back").await;
    let last = customer.writes("not carried yet").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    says(&visitor.get("/panel/messages?state=held").await.is(200), &["1 message found", "The source is paused."]);
    says(&visitor.get("/panel/messages?direction=to_messenger").await.is(200), &["1 message found"]);
    says(&visitor.get("/panel/messages?state=failed").await.is(200), &["Nothing found"]);
    let first = visitor.get("/panel/messages?state=delivered").await.is(200);
    says(&first, &["56 messages found", &last, "Older"]);
    let older =
        super::between(&first.text, "rel=\"next\" href=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = visitor.get(&older).await.is(200);
    never_says(&second, &[&last, "rel=\"next\""]);
    assert_eq!(second.text.matches("data-label=\"Time\"").count(), 6, "the rest");
    // A cursor of other filters begins anew instead of showing a wrong page.
    let cursor = older.split("cursor=").nth(1).unwrap();
    let anew = visitor.get(&format!("/panel/messages?state=held&cursor={cursor}")).await.is(200);
    says(&anew, &["1 message found"]);
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

async fn a_chat_says_why_it_is_one(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let list = visitor.get("/panel/conversations?q=anna").await.is(200);
    let id = super::between(&list.text, "/panel/conversations/", "\"").unwrap().to_owned();
    let chat = visitor.get(&format!("/panel/conversations/{id}")).await.is(200);
    let (ours, theirs) = (line.crm_conversation("chat-anna"), world.manager(&line).chat_with("anna"));
    says(
        &chat,
        &["chat-anna", &ours, &theirs, "under one chat ID", "Line support", "chooses the contact by its own rules"],
    );
    assert_eq!(chat.text.matches("data-label=\"Time\"").count(), 2);
    never_says(&chat, &["Good morning", ">Hello<"]);
    let russian = visitor.in_russian().await.get("/panel/conversations").await.is(200);
    says(&russian, &["Чаты", "Последнее сообщение"]);
}

both!(messages_are_found_by_number_name_and_every_id, filters_choose_and_pages_follow, a_chat_says_why_it_is_one);
