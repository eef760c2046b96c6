//! Undelivered letters in great numbers: counted first, so many a second, stopped at any moment, each once.

use std::time::Duration;

use entity::replay;
use parom::delivery::replay::A_SECOND;
use parom_tests::{Line, World, both, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

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

async fn an_interrupted_step_is_taken_over_by_another_process(world: &mut World) {
    let line = world.line("support").await;
    refused(world, &line, 25).await;
    let replay = world.api.post(REPLAYS, &json!({"action": "retry", "source_id": line.source_id})).await.is(202).json;
    tokio::join!(world.works("replays"), world.works("replays"));
    assert_eq!(done(world).await, A_SECOND, "two processes take one step");
    world.restart().await;
    world.advance(Duration::from_secs(60));
    assert_eq!(step_all(world).await, 5);
    assert_eq!(progress(world, &replay["id"]).await.0, "done");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 25);
}

async fn from_the_command_line(world: &mut World) {
    use clap::Parser;
    use parom_cli::dead::{DeadCommand, run};

    #[derive(Parser)]
    struct Arguments {
        #[command(subcommand)]
        command: DeadCommand,
    }
    let line = world.line("support").await;
    refused(world, &line, 3).await;
    let said = async |world: &World, arguments: &[&str]| {
        let arguments = Arguments::try_parse_from(["dead"].iter().chain(arguments)).expect("it is understood");
        let mut out = Vec::new();
        run(arguments.command, world.app(), &mut out).await.map_err(|error| format!("{error:#}"))?;
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

both!(
    many_are_counted_and_sent_again_at_their_rate,
    it_is_stopped_and_others_are_left_alone,
    an_interrupted_step_is_taken_over_by_another_process,
    a_vendors_key_lists_those_of_all_accounts,
);
once!(from_the_command_line, from_the_admin);
