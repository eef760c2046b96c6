//! The list of messages and the chats.

use parom_tests::{World, both};

use super::{in_russian, olga};

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
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages").await.is(200);
    list.says(&["2 messages found", "Анна Петрова", "boris", "Delivered"]);
    list.never_says(&["secret words"]);
    let conversation = line.crm_conversation("chat-anna");
    for asked in ["8 (915) 111-22-33", "9151112233", "петрова", "ext-1", &ours, &theirs, "chat-anna", &conversation]
    {
        let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let found = visitor.opens(&format!("/panel/messages?q={query}")).await.is(200);
        found.says(&["1 message found", &ours]);
        found.never_says(&["boris"]);
    }
    visitor.opens("/panel/messages?q=nobody").await.is(200).says(&["Nothing found"]);
    visitor.opens("/panel/messages?q=%25").await.is(200).says(&["Nothing found"]);
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
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/messages?state=held").await.is(200).says(&["1 message found", "The source is paused."]);
    visitor.opens("/panel/messages?direction=to_messenger").await.is(200).says(&["1 message found"]);
    visitor.opens("/panel/messages?state=failed").await.is(200).says(&["Nothing found"]);
    let first = visitor.opens("/panel/messages?state=delivered").await.is(200);
    first.says(&["56 messages found", &last, "Older"]);
    let older = first.between("rel=\"next\" href=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = visitor.opens(&older).await.is(200);
    second.never_says(&[&last, "rel=\"next\""]);
    assert_eq!(second.text.matches("data-label=\"Time\"").count(), 6, "the rest");
    // A cursor of other filters starts from the beginning instead of showing a wrong page.
    let cursor = older.split("cursor=").nth(1).unwrap();
    let anew = visitor.opens(&format!("/panel/messages?state=held&cursor={cursor}")).await.is(200);
    anew.says(&["1 message found"]);
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

async fn a_chat_says_why_it_is_one(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/conversations?q=anna").await.is(200);
    let id = list.between("/panel/conversations/", "\"").unwrap().to_owned();
    let chat = visitor.opens(&format!("/panel/conversations/{id}")).await.is(200);
    let (ours, theirs) = (line.crm_conversation("chat-anna"), world.manager(&line).chat_with("anna"));
    chat.says(&[
        "chat-anna",
        &ours,
        &theirs,
        "under one chat ID",
        "Line support",
        "chooses the contact by its own rules",
    ]);
    assert_eq!(chat.text.matches("data-label=\"Time\"").count(), 2);
    chat.never_says(&["Good morning", ">Hello<"]);
    let russian = in_russian(visitor).await.opens("/panel/conversations").await.is(200);
    russian.says(&["Чаты", "Последнее сообщение"]);
}

both!(messages_are_found_by_number_name_and_every_id, filters_choose_and_pages_follow, a_chat_says_why_it_is_one);
