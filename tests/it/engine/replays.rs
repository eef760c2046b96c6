//! Undelivered letters in great numbers: counted first, so many a second, stopped at any moment, each once.

use std::time::Duration;

use entity::replay;
use parom::delivery::replay::A_SECOND;
use parom_tests::{Answer, Line, World, both, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::crm::{Fault, HookForm, Part};

use crate::cli::command;

const REPLAYS: &str = "/api/v1/dead-letter-replays";

/// So many texts of as many customers that amoCRM refuses.
async fn refused(world: &mut World, line: &Line, count: usize) {
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 400, retry_after: None });
    for number in 0..count {
        world.customer(line, &format!("customer {number}")).writes(&format!("text {number}")).await;
    }
    world.deliver_to_the_end().await;
    world.sandbox.faults().clear();
}

async fn undelivered(world: &World, line: &Line) -> usize {
    let list = world.api.get(&format!("{}&limit=200", line.dead_letters())).await.is(200);
    list.json["items"].as_array().unwrap().len()
}

async fn progress(world: &World, id: &Value) -> (String, i64, i64) {
    let found = world.api.get(&format!("{REPLAYS}/{}", id.as_str().unwrap())).await.is(200).json;
    (found["status"].as_str().unwrap().to_owned(), found["done"].as_i64().unwrap(), found["total"].as_i64().unwrap())
}

/// How many letters were processed so far.
async fn done(world: &World) -> u64 {
    let all = replay::Entity::find().all(world.app().store.write()).await.unwrap();
    u64::try_from(all.iter().map(|row| row.done).sum::<i64>()).unwrap()
}

async fn step_all(world: &World) -> u64 {
    let before = done(world).await;
    world.works("replays").await;
    done(world).await - before
}

async fn a_second(world: &World) -> u64 {
    world.advance(Duration::from_secs(1));
    step_all(world).await
}

async fn many_are_counted_and_sent_again_at_their_rate(world: &mut World) {
    let line = world.line("support").await;
    refused(world, &line, 45).await;
    let asked = json!({"action": "retry", "source_id": line.source_id, "dry_run": true});
    let counted = world.api.post(REPLAYS, &asked).await.is(200).json;
    assert_eq!(counted, json!({"count": 45, "maybe_twice": 0, "seconds_expected": 3}));
    assert_eq!(undelivered(world, &line).await, 45, "nothing is done yet");

    let asked = json!({"action": "retry", "source_id": line.source_id, "reason": "rejected"});
    let replay = world.api.post(REPLAYS, &asked).await.is(202).json;
    assert_eq!((replay["status"].as_str(), replay["total"].as_i64()), (Some("running"), Some(45)), "{replay}");
    let again = world.api.post(REPLAYS, &asked).await.is(202).json;
    assert_eq!(again["id"], replay["id"], "asking twice begins one");
    assert_eq!(a_second(world).await, A_SECOND);
    assert_eq!(step_all(world).await, 0, "the second is not over");
    assert_eq!(progress(world, &replay["id"]).await, ("running".to_owned(), 20, 45));
    // One of them dies once more: it does not belong to this any more.
    world.sandbox.faults().next_with(Part::Message, "text 3", 1, Fault::Status { code: 400, retry_after: None });
    world.deliver_to_the_end().await;
    assert_eq!(a_second(world).await, A_SECOND);
    assert_eq!(a_second(world).await, 5);
    assert_eq!(a_second(world).await, 0);
    assert_eq!(progress(world, &replay["id"]).await, ("done".to_owned(), 45, 45));
    world.deliver_to_the_end().await;
    assert_eq!((world.texts_at_crm(&line).len(), undelivered(world, &line).await), (44, 1));
}

async fn it_is_stopped_and_others_are_left_alone(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    refused(world, &line, 30).await;
    refused(world, &other, 2).await;
    let replay = world.api.post(REPLAYS, &json!({"action": "drop", "source_id": line.source_id})).await.is(202).json;
    a_second(world).await;
    let path = format!("{REPLAYS}/{}/cancel", replay["id"].as_str().unwrap());
    let stopped = world.api.post(&path, &json!({})).await.is(202).json;
    assert_eq!((stopped["status"].as_str(), stopped["done"].as_i64()), (Some("cancelled"), Some(20)), "{stopped}");
    world.api.post(&path, &json!({})).await.is(202);
    assert_eq!(a_second(world).await, 0);
    assert_eq!((undelivered(world, &line).await, undelivered(world, &other).await), (10, 2));
    world.api.post(REPLAYS, &json!({"action": "burn", "source_id": line.source_id})).await.is(422);
    world.api.post(REPLAYS, &json!({"action": "retry"})).await.is(422);
    world.api.get(&format!("{REPLAYS}/{}", line.source_id)).await.is(404);
    world.add_key(other.tenant_id, "prm_other_key_1234567890", "write").await;
    let theirs = world.api.with_key("prm_other_key_1234567890");
    theirs.get(&format!("{REPLAYS}/{}", replay["id"].as_str().unwrap())).await.is(404);
    theirs.post(REPLAYS, &json!({"action": "retry", "source_id": line.source_id})).await.is(404);
}

async fn from_the_command_line(world: &mut World) {
    use parom_cli::dead::{DeadCommand, run};

    let line = world.line("support").await;
    refused(world, &line, 3).await;
    let said = async |world: &World, arguments: &[&str]| {
        let mut out = Vec::new();
        let command = command::<DeadCommand>(arguments);
        run(command, world.app(), &mut out).await.map_err(|error| format!("{error:#}"))?;
        Ok::<_, String>(String::from_utf8(out).unwrap())
    };
    let rows = |lines: &str| lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let list = said(world, &["list", &line.host, "--json"]).await.unwrap();
    let rows_of_line = rows(&list);
    let all = said(world, &["list", "--json"]).await.unwrap();
    assert_eq!(rows(&all), rows_of_line, "without an account: all of them");
    assert_eq!((rows_of_line.len(), rows_of_line[0]["reason"].as_str()), (3, Some("rejected")), "{list}");
    assert_eq!(rows_of_line[0]["host"], line.host.as_str());
    assert!(said(world, &["list", &line.host]).await.unwrap().contains("rejected"));
    let dry = said(world, &["retry", &line.host, "--dry-run"]).await.unwrap();
    assert_eq!(dry, format!("3 letters of {} would be sent again. Nothing is done yet.\n", line.host));
    let first = rows_of_line[0]["id"].as_str().unwrap();
    for named in [&["list", &line.host, "--json", "--id", first][..], &["list", first, "--json"]] {
        let alone = said(world, named).await.unwrap();
        assert_eq!(rows(&alone), rows_of_line[..1], "{named:?}");
    }
    for verb in ["retry", "drop"] {
        let nothing = said(world, &[verb]).await.unwrap_err();
        assert!(nothing.contains("--all for all accounts"), "{nothing}");
        let counted = said(world, &[verb, "--all", "--dry-run", "--json"]).await.unwrap();
        let counted: Value = serde_json::from_str(&counted).unwrap();
        let expected = json!({"action": verb, "dry_run": true, "letters": 3, "maybe_twice": 0, "replays": []});
        assert_eq!(counted, expected);
    }
    assert_eq!(said(world, &["drop", first]).await.unwrap(), "It is removed.\n");
    assert!(said(world, &["list", &line.host, "--id", first]).await.unwrap_err().contains("no undelivered letter"));
    assert!(said(world, &["drop", &line.host, "--id", first]).await.unwrap_err().contains("no undelivered letter"));
    let begun = said(world, &["retry", &line.host]).await.unwrap();
    assert!(begun.starts_with(&format!("2 letters of {} are sent again", line.host)), "{begun}");
    let id = begun.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(said(world, &["cancel", &line.host, &id]).await.unwrap().starts_with("Cancelled."));
    assert!(
        said(world, &["cancel", &line.host, &id])
            .await
            .unwrap_err()
            .contains("it ended, or it belongs to another account")
    );
    assert_eq!(said(world, &["retry", &line.host, "--reason", "poison"]).await.unwrap().chars().next(), Some('0'));
    said(world, &["retry", &line.host]).await.unwrap();
    a_second(world).await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 2);
}

async fn a_vendors_key_lists_those_of_all_accounts(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    refused(world, &line, 1).await;
    refused(world, &other, 1).await;
    refused(world, &line, 1).await;
    let sources = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|one| one["source_id"].clone()).collect()
    };
    // Printed as in the documentation, with nothing filled in.
    world.app().store.counted().watch();
    let first = world.api.get("/api/v1/dead-letters?limit=2").await.is(200);
    let asked = world.app().store.counted().statements();
    let lists = asked.iter().filter(|text| text.contains("\"dead_letter\"")).count();
    assert_eq!(lists, 1, "one statement, however many accounts there are: {asked:#?}");
    assert_eq!(sources(&first.json), [json!(line.source_id), json!(other.source_id)], "newest first");
    let cursor = first.text_at("/next_cursor");
    let rest = world.api.get(&format!("/api/v1/dead-letters?limit=2&cursor={cursor}")).await.is(200).json;
    assert_eq!((sources(&rest), &rest["next_cursor"]), (vec![json!(line.source_id)], &Value::Null));
    let named = world.api.get(&format!("/api/v1/dead-letters?tenant_id={}", other.tenant_id)).await.is(200);
    assert_eq!(sources(&named.json), [json!(other.source_id)]);
    world.api.get(&format!("/api/v1/dead-letters?tenant_id={}&cursor={cursor}", other.tenant_id)).await.is(422);
    assert_eq!(sources(&world.api.get("/api/v1/dead-letters?reason=poison").await.is(200).json), Vec::<Value>::new());
    world.add_key(other.tenant_id, "prm_other_key_1234567890", "read").await;
    let own = world.api.with_key("prm_other_key_1234567890").get("/api/v1/dead-letters").await.is(200);
    assert_eq!(sources(&own.json), [json!(other.source_id)]);
}

async fn from_the_admin(world: &mut World) {
    use crate::admin::operator::Operator;

    let line = world.line("support").await;
    refused(world, &line, 3).await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/undelivered").await.is(200);
    let path = format!("/admin/undelivered/{}/again", line.tenant_id);
    assert!(page.text.contains(&format!("{path}?reason=rejected")), "{}", page.text);
    let asked = olga.opens(&format!("{path}?reason=rejected")).await.is(200);
    asked.says(&["3 items of 1 account would be sent again"]);
    olga.sends(&path, &[("reason", "rejected")]).await.is(303);
    let page = olga.opens("/admin/undelivered").await.is(200);
    page.says(&["0 of 3 sent again"]);
    let stop = page.text.split("action=\"").find(|part| part.contains("/stop/")).unwrap();
    let stop = stop.split('"').next().unwrap().to_owned();
    olga.sends(&stop, &[]).await.is(303);
    assert_eq!(a_second(world).await, 0);
    // One by one, and as a table.
    let list = olga.opens(&format!("/admin/undelivered/{}?reason=rejected", line.tenant_id)).await.is(200);
    list.never_says(&["text 0", "customer 0"]);
    let ids: Vec<_> =
        list.text.split("<code class=\"mono small\">").skip(1).map(|part| part[..36].to_owned()).collect();
    assert_eq!(ids.len(), 3, "{}", list.text);
    let csv = olga.opens(&format!("/admin/undelivered/{}/letters.csv?reason=rejected", line.tenant_id)).await.is(200);
    assert!(ids.iter().all(|id| csv.text.contains(id)), "{}", csv.text);
    csv.never_says(&["text 0", "customer 0"]);
    let asked = olga.opens(&format!("{path}?id={}&do=drop", ids[0])).await.is(200);
    asked.says(&["1 item of 1 account would be removed for good"]);
    olga.sends(&path, &[("id", &ids[0]), ("do", "drop")]).await.is(303);
    olga.sends(&path, &[("id", &ids[1]), ("do", "")]).await.is(303);
    olga.sends(&path, &[("id", "none of theirs"), ("do", "drop")]).await.is(303);
    assert_eq!(undelivered(world, &line).await, 1, "one is removed and one sent again, at once");
    olga.sends(&path, &[("reason", ""), ("do", "drop")]).await.is(303);
    assert_eq!(a_second(world).await, 1, "many at their rate");
    world.deliver_to_the_end().await;
    assert_eq!((world.texts_at_crm(&line).len(), undelivered(world, &line).await), (1, 0));
}

// The log of webhooks, and sending one again.

async fn log(world: &World, line: &Line) -> Vec<Value> {
    let reply = world.api.get(&line.path("/webhook-attempts")).await.is(200);
    reply.json["items"].as_array().unwrap().clone()
}

async fn again(world: &World, attempt: &Value, status: u16) -> Value {
    let path = format!("/api/v1/webhook-attempts/{}/resend", attempt["id"].as_str().unwrap());
    world.api.post(&path, &json!({})).await.is(status).json
}

async fn every_attempt_is_listed_in_the_webhook_log(world: &mut World) {
    let (line, manager) = world.chatting().await;
    assert_eq!(log(world, &line).await, Vec::<Value>::new());
    world.messenger.answers_next([Answer::status(503), Answer::Cut, Answer::status(200), Answer::status(422)]);
    manager.answers("anna", "one").await;
    world.deliver_to_the_end().await;
    manager.answers("anna", "two").await;
    world.deliver_to_the_end().await;
    let log = log(world, &line).await;
    let seen: Vec<_> =
        log.iter().map(|one| (one["type"].clone(), one["number"].clone(), one["status"].clone())).collect();
    let created = |number: i32, status: Value| (json!("message.created"), json!(number), status);
    assert_eq!(
        seen,
        [created(1, json!(422)), created(3, json!(200)), created(2, json!(null)), created(1, json!(503))],
        "newest first"
    );
    assert_eq!(log[1]["error"], json!(null));
    for (index, words) in [(0, "answered 422"), (2, "broke"), (3, "answered 503")] {
        let error = log[index]["error"].as_str().unwrap();
        assert!(error.contains(words), "{error}");
    }
    let ids: Vec<_> = world.messenger.received().iter().rev().map(|one| json!(one.webhook_id)).collect();
    assert_eq!(log.iter().map(|one| one["webhook_id"].clone()).collect::<Vec<_>>(), ids);

    let path = line.path("/webhook-attempts?limit=3");
    let first = world.api.get(&path).await.is(200);
    assert_eq!(first.json["items"].as_array().unwrap().as_slice(), &log[..3]);
    let cursor = first.text_at("/next_cursor");
    let rest = world.api.get(&format!("{path}&cursor={cursor}")).await.is(200);
    assert_eq!((&rest.json["items"], &rest.json["next_cursor"]), (&json!([log[3]]), &json!(null)));
    let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
}

async fn an_accepted_webhook_is_resent_under_its_id(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-1", "status": "delivered"}))]);
    let said = manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let tried = log(world, &line).await.remove(0);
    let answered = again(world, &tried, 202).await;
    assert_eq!(answered, json!({"id": tried["id"], "webhook_id": tried["webhook_id"], "status": "queued"}));
    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-2", "status": "read"}))]);
    world.deliver_all().await;
    let received = world.messenger.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!((&received[0].body["repeat"], &received[1].body["repeat"]), (&json!(null), &json!(true)));
    assert_eq!(received[0].body["data"], received[1].body["data"]);
    let numbers: Vec<_> = log(world, &line).await.iter().map(|one| one["number"].clone()).collect();
    assert_eq!(numbers, [json!(2), json!(1)]);
    // Nothing that amoCRM or the ledger knows has changed.
    let shown = world.api.get(&format!("/api/v1/messages/{}", received[0].message_id())).await.is(200);
    assert_eq!((&shown.json["status"], &shown.json["external_id"]), (&json!("delivered"), &json!("theirs-1")));
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"]["delivered"], 1, "{}", ledger.text);
}

async fn a_repeat_that_is_refused_harms_nothing(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let said = manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let tried = log(world, &line).await.remove(0);
    let mut answers = [500, 400].into_iter();
    world.messenger.answers_by(move |one| match one.text().as_str() {
        "Good morning" => Answer::status(answers.next().unwrap_or(200)),
        _ => Answer::ok(),
    });
    again(world, &tried, 202).await;
    manager.answers("anna", "Meanwhile").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "Meanwhile"]);
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), Vec::<i64>::new(), "its manager hears of no failure");
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["kind"], "resend", "{}", dead.text);
    let id = dead.text_at("/items/0/id");
    world.api.post(&format!("/api/v1/dead-letters/{id}/retry"), &json!({})).await.is(202);
    world.deliver_to_the_end().await;
    let last = world.messenger.received().pop().unwrap();
    assert_eq!((json!(last.webhook_id), last.text()), (tried["webhook_id"].clone(), "Good morning".to_owned()));
}

async fn resending_continues_failed_and_waiting_webhooks(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(400)]);
    manager.answers("anna", "refused").await;
    world.deliver_all().await;
    let refused = log(world, &line).await.remove(0);
    again(world, &refused, 202).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused"]);
    assert!(world.api.get(&line.dead_letters()).await.is(200).json["items"].as_array().unwrap().is_empty());
    world.messenger.answers_next([Answer::RetryAfter(503, 3600)]);
    manager.answers("anna", "late").await;
    world.deliver_all().await;
    let late = log(world, &line).await.remove(0);
    assert_eq!(world.messenger.texts(), ["refused"]);
    again(world, &late, 202).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused", "late"], "neither waits an hour");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 2, "delivered": 2, "failed": 0, "waiting": 0}));
}

async fn only_what_is_kept_is_sent_again_and_only_by_its_account(world: &mut World) {
    let (line, manager) = world.chatting().await;
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let hello = world.sandbox.messages(&line.host).into_iter().find(|one| one.text == "Hello").unwrap();
    world.sandbox.manager_reacts(&line.host, &hello.id, Some("👍"), HookForm::Sample).await.unwrap();
    world.deliver_all().await;
    let log = log(world, &line).await;
    assert_eq!(log[0]["type"], "reaction");
    assert_eq!(again(world, &log[0], 409).await["type"].as_str().unwrap().rsplit('/').next(), Some("webhook_not_kept"));

    // People read why.
    let page = world.panel(line.tenant_id).await.opens(&format!("/panel/webhooks/{}", line.source_id)).await.is(200);
    page.says(&["Reactions and typing are sent once"]);

    world.add_key(line.tenant_id, "prm_a-key-that-only-reads-0123456789", "read").await;
    let other = world.line_at("other.amocrm.ru", "other").await;
    world.add_key(other.tenant_id, "prm_a-key-of-somebody-else-0123456789", "write").await;
    let path = format!("/api/v1/webhook-attempts/{}/resend", log[1]["id"].as_str().unwrap());
    let reader = world.api.with_key("prm_a-key-that-only-reads-0123456789");
    reader.post(&path, &json!({})).await.is(403);
    reader.get(&line.path("/webhook-attempts")).await.is(200);
    let stranger = world.api.with_key("prm_a-key-of-somebody-else-0123456789");
    stranger.post(&path, &json!({})).await.is(404);
    stranger.get(&line.path("/webhook-attempts")).await.is(404);
    world.api.post(&format!("/api/v1/webhook-attempts/{}/resend", other.source_id), &json!({})).await.is(404);
    world.api.post("/api/v1/webhook-attempts/x/resend", &json!({})).await.is(404);
    world.api.get(&line.path("/webhook-attempts?limit=0")).await.is(422);
    world.api.delete(&line.path("")).await.is(204);
    world.api.post(&path, &json!({})).await.is(404);
}

both!(only_what_is_kept_is_sent_again_and_only_by_its_account);
both!(resending_continues_failed_and_waiting_webhooks, many_are_counted_and_sent_again_at_their_rate);
both!(an_accepted_webhook_is_resent_under_its_id, every_attempt_is_listed_in_the_webhook_log);
both!(a_vendors_key_lists_those_of_all_accounts, it_is_stopped_and_others_are_left_alone);
both!(a_repeat_that_is_refused_harms_nothing);
once!(from_the_admin, from_the_command_line);
