//! Messages on their pages: found, followed on their way, sent again; and whatever strangers write is text.

use std::time::Duration;

use base::store::statements_of;
use entity::{attempt, lane, turn};
use parom::delivery::read::story::{self, MOST_AHEAD};
use parom_tests::settings::{ATTACKS, CHANNEL_ID, payloads};
use parom_tests::{Answer, Line, Reply, TelegramWorld, Visitor, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use serde_json::json;
use simulator::crm::{Fault as CrmFault, HookMessage, Part};
use simulator::telegram::Fault;
use uuid::Uuid;

use super::{ids, in_russian, olga};

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

/// Dates, times and reasons choose; the file has what the list has, and no texts.
async fn the_list_is_narrowed_and_downloaded(world: &mut World) {
    let line = world.line("support").await;
    let first = world.customer(&line, "anna").writes("secret words").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "slow").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(120));
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "refused").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let asked = async |query: &str| visitor.opens(&format!("/panel/messages?{query}")).await.is(200);
    asked("").await.says(&["3 messages found", "12:02:00", "20 Nov, 12:00:00", "Duration"]);
    asked("from=2026-11-20&to=2026-11-20").await.says(&["1 message found", &first]);
    let later = asked("from=2026-11-21").await;
    later.says(&["2 messages found"]);
    later.never_says(&[&first]);
    asked("to=2026-11-19").await.says(&["Nothing found"]);
    asked("slower=10").await.says(&["1 message found", "2 min"]);
    asked("reason=refused").await.says(&["1 message found", "Failed"]);
    asked("reason=window_closed").await.says(&["Nothing found"]);
    asked("reason=x&slower=x&from=x&to=x").await.says(&["3 messages found"]);
    let file = visitor.opens("/panel/messages.csv?from=2026-11-21").await.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().count(), 3, "{}", file.text);
    file.says(&["\"failed\"", "\"rejected\"", "+03:00\""]);
    file.never_says(&["secret words", &first]);
    visitor.opens("/panel/audit").await.is(200).says(&["Messages downloaded"]);
}

// "Where is my message?"

async fn the_road_of_a_delivered_message(world: &mut World) {
    let line = world.line("support").await;
    let first = world.customer(&line, "anna").writes("Hello <b>there</b>").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let answer = world.messenger.taken()[0].body["data"]["message"]["id"].as_str().unwrap().to_owned();
    world.customer(&line, "anna").reports_status(&answer, "delivered").await.is(202);
    world.advance(Duration::from_secs(60));
    world.customer(&line, "anna").reports_status(&answer, "read").await.is(202);
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let came = visitor.opens(&format!("/panel/messages/{first}")).await.is(200);
    came.says(&[
        "In the chat in amoCRM since 12:00",
        "Received and stored by Parom",
        "Accepted by amoCRM",
        "1 attempt",
        "Accepted",
    ]);
    came.never_says(&["there</b>", "Hello &", "Send again"]);
    let went = visitor.opens(&format!("/panel/messages/{answer}")).await.is(200);
    went.says(&["Read by the customer", "Delivered to the customer", "Status shown in amoCRM"]);
    world.api.get(&format!("/api/v1/messages/{answer}")).await.is(200).says(&["\"status_told\""]);
    assert_eq!(came.header("cache-control"), "no-store");
    let text = visitor.sends(&format!("/panel/messages/{first}/text"), &[]).await.is(200);
    text.says(&["Hello &#60;b&#62;there&#60;/b&#62;", "recorded in the audit log"]);
    visitor.opens("/panel/audit").await.is(200).says(&[&first]);
    let report = visitor.opens(&format!("/panel/messages/{first}/report")).await.is(200);
    assert!(report.header("content-type").starts_with("text/plain"));
    report.says(&[&format!("message: {first}"), "verdict=done"]);
    report.never_says(&["Hello"]);
}

async fn a_waiting_message_shows_its_time_and_can_be_retried_now(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.manager(&line).answers("anna", "And more").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages?state=queued").await.is(200);
    list.says(&["2 messages found"]);
    let ids = ids(&list);
    let (behind, waiting) = (&ids[0], &ids[1]);
    let page = visitor.opens(&format!("/panel/messages/{waiting}")).await.is(200);
    page.says(&[
        "Stored in Parom. 1 attempt failed, next attempt within a minute.",
        "The messenger is not answering.",
        "Try now",
        "Stop trying",
        "HTTP 503",
    ]);
    let next = visitor.opens(&format!("/panel/messages/{behind}")).await.is(200);
    next.says(&["1 earlier message of this chat goes first"]);
    visitor
        .opens("/panel/webhooks")
        .await
        .is(200)
        .says(&["The last delivery failed.", "2 messages wait for this address."]);
    // The back-off is a second at least; hurried, it is tried without time passing.
    let path = format!("/panel/messages/{waiting}/now");
    visitor.does(&path, &[]).await.says(&["The next attempt is starting now."]);
    let tries = world.messenger.received().len();
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 2, "it, and what waited behind it");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And more"]);
    let done = visitor.opens(&format!("/panel/messages/{waiting}")).await.is(200);
    done.says(&["Started by Olga Owner", "Accepted by the messenger"]);
    visitor.does(&path, &[]).await.says(&["The message is no longer waiting"]);
}

/// A chat of a source with much to send waits for the source's earlier chats; one of another source waits for one message of
/// each source that has work. What is read does not grow with what waits.
async fn a_message_in_a_busy_account_says_what_goes_first(world: &mut World) {
    let (shop, api) = (world.line("shop").await, world.line("api").await);
    let visitor = olga(world, shop.tenant_id).await;
    let mut flood = Vec::new();
    for name in ["anna", "boris", "clara"] {
        world.advance(Duration::from_secs(1));
        flood.push(world.customer(&api, name).writes("Hello").await);
    }
    world.advance(Duration::from_secs(1));
    let live = world.customer(&shop, "dana").writes("Hello").await;
    let says = async |world: &World, id: &str, wanted: &str| {
        let statements = statements_of(async {
            let (db, now) = (world.app().store.read(), world.clock.millis());
            let found = story::read(db, shop.tenant_id, id.parse().unwrap(), now).await;
            assert!(found.unwrap().unwrap().waiting.is_some());
        });
        visitor.opens(&format!("/panel/messages/{id}")).await.is(200).says(&[wanted]);
        statements.await.statements.len()
    };
    let first = says(world, &flood[0], "Stored in Parom, it goes next.").await;
    says(world, &flood[2], "Waiting: about 2 messages of this account go first.").await;
    says(world, &live, "Waiting: 1 message of this account goes first.").await;
    // Of the chats whose turn comes later, one message goes before the second of a chat.
    let second = world.customer(&api, "anna").writes("Are you there?").await;
    says(world, &second, "Waiting: about 4 messages of this account go first.").await;
    // The calls of the last minute are the pace.
    let channel = turn::Entity::update_many().filter(turn::Column::Target.eq(CHANNEL_ID.parse::<Uuid>().unwrap()));
    let paced = channel
        .col_expr(turn::Column::Reason, Expr::value("rate"))
        .col_expr(turn::Column::Calls, Expr::value(13))
        .col_expr(turn::Column::Errors, Expr::value(1))
        .col_expr(turn::Column::CountedFrom, Expr::value(world.clock.millis() - 60_000));
    paced.exec(world.app().store.write()).await.unwrap();
    says(world, &flood[2], "Waiting: about 2 messages of this account go first, which takes about 10 s.").await;
    let known = lane::Entity::find().filter(lane::Column::SourceId.eq(api.source_id));
    let lanes = known.order_by_asc(lane::Column::DueAt).all(world.app().store.read()).await.unwrap();
    let more = (0..MOST_AHEAD + 1).map(|number| {
        let more = lane::Model { lane_id: Uuid::from_u128(u128::from(number)), ..lanes[0].clone() };
        lane::ActiveModel { due_at: Set(lanes[0].due_at.map(|at| at - 1)), ..more.into_active_model() }
    });
    for some in more.collect::<Vec<_>>().chunks(100) {
        lane::Entity::insert_many(some.to_vec()).exec_without_returning(world.app().store.write()).await.unwrap();
    }
    let many = "Waiting: more than 1,000 messages of this account go first, which takes more than 1 h 23 min.";
    assert_eq!(says(world, &flood[0], many).await, first, "as many statements as in a quiet account");
    says(world, &live, "Waiting: 1 message of this account goes first, which takes about 5 s.").await;
    let none = lane::Entity::delete_many().filter(lane::Column::LaneId.lt(Uuid::from_u128(u128::from(MOST_AHEAD + 1))));
    none.exec(world.app().store.write()).await.unwrap();
    world.deliver_all().await;
}

async fn an_error_is_an_answer(world: &mut World) {
    let line = world.line("support").await;
    let away = CrmFault::Status { code: 503, retry_after: None };
    world.sandbox.faults().next_with(Part::Message, "Hello", 1, away);
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&["amoCRM answered with an error (503).", "Error 503, outcome unknown", "HTTP 503"]);
    page.never_says(&["has not confirmed"]);
    world.deliver_to_the_end().await;
}

/// What Telegram accepted counts as delivered where the source says so; Telegram itself has reported nothing.
async fn what_is_counted_as_delivered_was_not_reported(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({})).await;
    line.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_to_the_end().await;
    let visitor = olga(world, line.line.tenant_id).await;
    let ids = ids(&visitor.opens("/panel/messages?state=delivered&direction=to_messenger").await.is(200));
    let page = visitor.opens(&format!("/panel/messages/{}", ids[0])).await.is(200);
    page.says(&[
        "Accepted by Telegram",
        "Telegram bot does not report delivery; this source counts",
        "does not report this",
    ]);
    page.never_says(&["In the customer’s messenger since", "time unknown"]);
}

async fn a_message_that_is_given_up_is_reported_as_failed_and_can_be_sent_again(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(503)]);
    let said = world.manager(&line).answers("anna", "Good morning").await;
    world.manager(&line).answers("anna", "And more").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let ids = ids(&visitor.opens("/panel/messages?state=queued").await.is(200));
    // The second of the lane is given up first: its place does not matter.
    for id in &ids {
        let path = format!("/panel/messages/{id}/stop");
        visitor.opens(&path).await.is(200).says(&["will not be delivered", "Stop trying"]);
        visitor.does(&path, &[]).await.says(&["Delivery stopped", "Olga Owner stopped the delivery.", "Send again"]);
        visitor.does(&path, &[]).await.says(&["no longer waiting"]);
    }
    world.deliver_to_the_end().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [-1]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 2, "delivered": 0, "failed": 2, "waiting": 0}));
    for id in ids.iter().rev() {
        visitor.does(&format!("/panel/messages/{id}/again"), &[]).await.says(&["Queued for another attempt"]);
        // Sent twice, it is sent once.
        visitor.does(&format!("/panel/messages/{id}/again"), &[]).await.says(&["no longer waiting"]);
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And more"]);
}

// What a failed attempt sent is on the message's page, beside the answer, without what it said.

/// The message and the request of each attempt, oldest first.
async fn requests(world: &World) -> Vec<(Uuid, Option<String>)> {
    let all = attempt::Entity::find().order_by_asc(attempt::Column::At).order_by_asc(attempt::Column::Number);
    let rows = all.all(world.app().store.read()).await.unwrap();
    rows.into_iter().map(|row| (row.message_id, row.request)).collect()
}

/// The only request that was kept, with its message.
async fn kept(world: &World) -> (Uuid, String) {
    let mut kept: Vec<_> = requests(world).await.into_iter().filter_map(|(id, request)| Some((id, request?))).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    kept.remove(0)
}

async fn a_refused_webhook_is_shown_without_what_it_said(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Good morning, Anna").await;
    world.deliver_to_the_end().await;
    let (message, request) = kept(world).await;
    let host = world.messenger.url().strip_suffix("/hook").unwrap();
    assert!(request.starts_with(&format!("POST {host}/(4 characters)\n{{\n")), "{request}");
    for said in ["\"type\": \"message.created\"", &format!("\"id\": \"{message}\""), "\"text\": \"(18 characters)\""] {
        assert!(request.contains(said), "{said} in {request}");
    }
    assert!(!request.contains("Good") && !request.contains("anna"), "{request}");
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&["HTTP 422", "Request (texts, names and secrets as their length)", "(18 characters)"]);
    page.never_says(&["Good morning"]);
    let deliveries = visitor.opens(&format!("/panel/webhooks/{}", line.source_id)).await.is(200);
    deliveries.says(&["Request (texts, names and secrets as their length)", "(18 characters)"]);
    let report = visitor.opens(&format!("/panel/messages/{message}/report")).await.is(200);
    report.says(&[&format!("\n  POST {host}/(4 characters)\n  {{\n")]);
    let visitor = in_russian(visitor).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&["Запрос (вместо текстов, имён и секретов – их длина)"]);
}

async fn a_request_without_an_answer_is_kept_and_one_that_succeeds_is_not(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next_with(Part::Message, "broken", 1, CrmFault::Reset);
    world.sandbox.faults().next_with(Part::Message, "away", 1, CrmFault::Status { code: 503, retry_after: None });
    for text in ["fine", "broken", "away"] {
        world.customer(&line, "anna").writes(text).await;
    }
    world.deliver_to_the_end().await;
    world.messenger.answers_next([Answer::Cut]);
    world.manager(&line).answers("anna", "cut off").await;
    world.deliver_to_the_end().await;
    let rows = attempt::Entity::find().all(world.app().store.read()).await.unwrap();
    let (done, failed): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.verdict == "done");
    assert!(done.len() >= 4 && done.iter().all(|row| row.request.is_none()), "{done:?}");
    assert_eq!(failed.len(), 3, "{failed:?}");
    for row in &failed {
        let request = row.request.as_deref().unwrap_or_default();
        assert!(request.starts_with("POST http://127.0.0.1:") && request.contains(" characters)\""), "{row:?}");
    }
    assert!(failed.iter().any(|row| row.status == 0), "{failed:?}");
}

async fn a_refusal_of_telegram_is_shown_without_token_and_text(world: &mut TelegramWorld) {
    let line = world.telegram_line(serde_json::json!({})).await;
    let refusal = Fault::refuse(400, serde_json::Value::Null, "Bad Request: chat not found");
    world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 1, refusal);
    line.manager_sends(world, HookMessage::text("Your code is 1234")).await;
    world.deliver_to_the_end().await;
    let (message, request) = kept(world).await;
    let (_, secret) = line.token.split_once(':').unwrap();
    let wanted = format!("({} characters)/sendMessage\n", line.token.len() + "bot".len());
    assert!(request.starts_with("POST http") && request.contains(&wanted), "{request}");
    assert!(request.contains(&format!("\"chat_id\": {}", line.person)), "{request}");
    let visitor = olga(world, line.line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&["HTTP 400", "/sendMessage", "chat not found"]);
    for text in [&request, &page.text] {
        assert!(!text.contains(secret) && !text.contains("Your code"), "{text}");
    }
}

// What Parom gave up: chosen, counted, sent again or removed, taken out as a table.

/// Two messages of managers that the messenger refused, of customers with these names.
async fn refused(world: &mut World, names: &[&str]) -> Line {
    let line = world.line("support").await;
    for name in names {
        let body = json!({
            "id": format!("m-{}", name.len()), "conversation": {"id": "chat-x"},
            "sender": {"role": "client", "id": "user-x", "name": name},
            "content": {"type": "text", "text": "Hello"},
        });
        let mut body = body;
        body["conversation"]["id"] = json!(format!("chat-{}", name.len()));
        world.customer(&line, "x").posts(&body).await.is(202);
        world.deliver_all().await;
        world.messenger.answers_next([Answer::status(422)]);
        let customer = name.len().to_string();
        world.manager(&line).answers(&customer, "Good morning").await;
        world.deliver_all().await;
    }
    line
}

fn boxes(text: &str) -> Vec<String> {
    let found = text.split("name=\"id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    found.map(str::to_owned).collect()
}

async fn many_are_counted_first_and_sent_again_once(world: &mut World) {
    let line = refused(world, &["anna", "boris"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/undelivered").await.is(200);
    list.says(&["2 undelivered", "anna", "boris", "Refused", "Your server answered 422."]);
    let ids = boxes(&list.text);
    assert_eq!(ids.len(), 2);
    visitor.does("/panel/undelivered/confirm", &[("do", "retry")]).await.says(&["Nothing is selected"]);
    let asked = visitor.sends("/panel/undelivered/confirm", &[("do", "retry"), ("all", "1")]).await.is(200);
    asked.says(&["Send 2 messages again", "None can arrive twice", "Send 2 again"]);
    assert_eq!(world.messenger.received().len(), 2, "counting sends nothing");
    assert!(
        asked.text.contains("name=\"all\" value=\"1\""),
        "all that match, not those that were counted: {}",
        asked.text
    );
    let fields: Vec<(&str, &str)> =
        [("do", "retry")].into_iter().chain(ids.iter().map(|id| ("id", id.as_str()))).collect();
    visitor
        .does("/panel/undelivered/decide", &fields)
        .await
        .says(&["2 messages are queued again.", "Nothing to send again"]);
    visitor.does("/panel/undelivered/decide", &fields).await.says(&["Nothing was left to send again."]);
    for (act, id) in [("burn", ids[1].as_str()), ("drop", "1 OR 1=1")] {
        visitor.sends("/panel/undelivered/decide", &[("do", act), ("id", id)]).await.is(400);
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 2);
    visitor.opens("/panel/audit").await.is(200).says(&["Olga Owner"]);
}

// Texts, names and ids of strangers are text on every page, in any form.

/// What no page may hold when it comes from outside: markup that our templates never write.
const NEVER: [&str; 21] = [
    "<script>alert",
    "<SCRIPT",
    "<img src=x",
    "<svg onload",
    "<svg><script",
    "<iframe",
    "<object",
    "<embed",
    "<style",
    "<link rel=stylesheet",
    "<base ",
    "<meta http-equiv",
    "<form action=//",
    "<input autofocus",
    "<details open ontoggle",
    "<video",
    "<math",
    "<template",
    "<!--",
    "href=\"javascript:",
    "<b>bold",
];

async fn strangers_words_are_text(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    for (number, payload) in payloads().enumerate() {
        let body = json!({
            "id": format!("id-{number}-{payload}"),
            "conversation": {"id": format!("chat-{number}-{payload}")},
            "sender": {"role": "client", "id": format!("user-{payload}"), "name": payload, "phone": format!("+7915{number:07}{payload}"), "email": format!("{payload}@example.com")},
            "content": {"type": "text", "text": payload},
        });
        let reply = customer.posts(&body).await;
        assert!(reply.status == 202 || reply.status == 422, "{}", reply.text);
        if reply.status == 422 {
            let mut plain = body.clone();
            plain["sender"] = json!({"role": "client", "id": "user", "name": payload});
            plain["conversation"]["id"] = json!(format!("chat-{number}"));
            plain["id"] = json!(format!("id-{number}"));
            customer.posts(&plain).await.is(202);
        }
    }
    world.deliver_all().await;
    // The source has such a name and needs attention, and so has the reader.
    let attack = "\"><script>alert(1)</script>";
    world.api.patch(&line.path(""), &json!({"name": attack, "paused": true})).await.is(200);
    let visitor = world.panel_as(line.tenant_id, 5, &format!("{attack}<img src=x onerror=alert(1)>"), true).await;
    let lists = all_pages(&visitor, "/panel/messages").await;
    let messages: Vec<String> = lists.iter().flat_map(ids).collect();
    assert_eq!(messages.len(), 200);
    let mut pages = vec![
        "/panel/messages".to_owned(),
        "/panel/conversations".to_owned(),
        "/panel/sources".to_owned(),
        "/panel/webhooks".to_owned(),
        format!("/panel/sources/{}", line.source_id),
    ];
    pages.extend(["", "/account", "/team", "/audit", "/me", "/data"].map(|rest| format!("/panel{rest}")));
    for payload in ATTACKS {
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        pages.push(format!("/panel/messages?q={query}"));
        pages.push(format!("/panel/conversations?q={query}&source={query}&cursor={query}"));
        pages.push(format!(
            "/panel/messages?state={query}&direction={query}&period={query}&source={query}&cursor={query}"
        ));
        pages.push(format!("/panel/undelivered?reason={query}&source={query}&period={query}"));
    }
    pages.extend(messages.iter().map(|id| format!("/panel/messages/{id}")));
    let chats = all_pages(&visitor, "/panel/conversations").await;
    for list in lists.iter().chain(&chats) {
        inert("a list", &list.text);
    }
    pages.extend(
        chats
            .iter()
            .flat_map(|list| list.text.split("\"/panel/conversations/").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .map(|id| format!("/panel/conversations/{id}")),
    );
    for path in pages {
        let page = visitor.opens(&path).await.is(200);
        inert(&path, &page.text);
        assert!(page.header("content-security-policy").contains("script-src 'nonce-"), "{path}");
    }
    for id in messages {
        let page = visitor.sends(&format!("/panel/messages/{id}/text"), &[]).await.is(200);
        inert(&id, &page.text);
        let report = visitor.opens(&format!("/panel/messages/{id}/report")).await.is(200);
        assert!(report.header("content-type").starts_with("text/plain"));
        assert_eq!(report.header("x-content-type-options"), "nosniff");
    }
}

/// A list with everything that is older.
async fn all_pages(visitor: &Visitor, path: &str) -> Vec<Reply> {
    let mut pages = vec![visitor.opens(path).await.is(200)];
    while let Some(next) = pages.last().unwrap().between("rel=\"next\" href=\"", "\"") {
        let next = next.replace("&#38;", "&");
        pages.push(visitor.opens(&next).await.is(200));
    }
    pages
}

#[track_caller]
fn inert(path: &str, text: &str) {
    for never in NEVER {
        assert!(!text.contains(never), "{path} holds {never}");
    }
}

both!(a_message_in_a_busy_account_says_what_goes_first);
once!(an_error_is_an_answer, what_is_counted_as_delivered_was_not_reported);
once!(a_message_that_is_given_up_is_reported_as_failed_and_can_be_sent_again);
once!(a_request_without_an_answer_is_kept_and_one_that_succeeds_is_not, messages_are_found_by_number_name_and_every_id);
once!(a_waiting_message_shows_its_time_and_can_be_retried_now, a_refusal_of_telegram_is_shown_without_token_and_text);
once!(a_refused_webhook_is_shown_without_what_it_said);
once!(many_are_counted_first_and_sent_again_once, the_list_is_narrowed_and_downloaded, the_road_of_a_delivered_message);
once!(strangers_words_are_text);
