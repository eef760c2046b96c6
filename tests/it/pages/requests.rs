//! What a failed attempt sent is on the message's page, beside the answer, without what it said.

use entity::attempt;
use parom_tests::{Answer, TelegramWorld, World, both, once};
use sea_orm::{EntityTrait, QueryOrder};
use simulator::crm::{Fault as CrmFault, HookMessage, Part};
use simulator::telegram::Fault;
use uuid::Uuid;

use super::{in_russian, olga};

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
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
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
    assert!(report.text.contains(&format!("\n  POST {host}/(4 characters)\n  {{\n")), "{}", report.text);
    let visitor = in_russian(visitor).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&["Запрос (вместо текстов, имён и секретов – их длина)"]);
}

async fn a_message_that_amocrm_refuses_shows_its_request(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next_with(Part::Message, "private", 1, CrmFault::Status { code: 400, retry_after: None });
    let id = world.customer(&line, "anna").writes("Something private").await;
    world.deliver_to_the_end().await;
    let (message, request) = kept(world).await;
    assert_eq!(message.to_string(), id);
    let address = format!("POST {}/v2/origin/custom/({} characters)\n", world.sandbox.url(), line.scope_id.len());
    assert!(request.starts_with(&address), "{request}");
    for said in ["\"event_type\": \"new_message\"", "\"msgid\": \"", "\"text\": \"(17 characters)\""] {
        assert!(request.contains(said), "{said} in {request}");
    }
    // Its id at amoCRM is a UUID, which is kept.
    assert!(!request.contains("\"msgid\": \"(") && !request.contains("private"), "{request}");
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    page.says(&["HTTP 400", "Request (texts, names and secrets as their length)", "new_message"]);
    page.never_says(&["Something private"]);
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

async fn what_was_sent_is_erased_with_the_customer(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next_with(Part::Message, "Hello", 1, CrmFault::Status { code: 400, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    kept(world).await;
    let id = world.api.get(&line.path("/conversations")).await.text_at("/items/0/id").parse().unwrap();
    let who = parom::tenant::Who::Conversation(id);
    parom::tenant::erase(&world.app().tenants, line.tenant_id, &who, "test").await.unwrap();
    assert!(requests(world).await.iter().all(|(_, request)| request.is_none()));
}

both!(a_request_without_an_answer_is_kept_and_one_that_succeeds_is_not, what_was_sent_is_erased_with_the_customer);
once!(
    a_refused_webhook_is_shown_without_what_it_said,
    a_message_that_amocrm_refuses_shows_its_request,
    a_refusal_of_telegram_is_shown_without_token_and_text
);
