//! Customers from the command line: their links and how one is undone, blocks, and what they decided about marketing.

use parom_cli::customer::{CustomerCommand, run};
use parom_tests::{Line, World, once};
use serde_json::Value;

use super::{PHONE, anna_writes, line, linked_contact};
use crate::audited::log;
use crate::cli::command;

/// What a command prints, and to standard error, if the person gives this answer.
async fn asked(world: &World, arguments: &[&str], answer: Option<&str>) -> Result<(String, String), String> {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let ask = |question: &str| {
        assert!(question.ends_with("[y/N]"), "{question}");
        Ok(answer.map(str::to_owned))
    };
    let command = command::<CustomerCommand>(arguments);
    let done = Box::pin(run(command, world.app(), async || Ok(None), ask, &mut out, &mut errors)).await;
    let (out, errors) = (String::from_utf8(out).unwrap(), String::from_utf8(errors).unwrap());
    done.map(|_| (out, errors.clone())).map_err(|error| format!("{errors}{error:#}"))
}

async fn printed(world: &World, arguments: &[&str]) -> String {
    asked(world, arguments, None).await.unwrap().0
}

/// The id of the line's only chat.
async fn chat(world: &World, line: &Line) -> String {
    world.api.get(&line.path("/conversations")).await.is(200).text_at("/items/0/id")
}

async fn a_link_is_undone_by_who_read_what_stays(world: &mut World) {
    let line = line(world, "link").await;
    let wrong = world.sandbox.add_contact(&line.host, "Boris", Some(PHONE), None);
    anna_writes(world, &line).await;
    let anna = chat(world, &line).await;
    let list = printed(world, &["links", &line.host, &anna]).await;
    assert!(list.contains(&format!("contact {wrong}  phone  phone …33  likely  can be undone\n")), "{list}");
    let json: Value = serde_json::from_str(&printed(world, &["links", &line.host, &anna, "--json"]).await).unwrap();
    let shown = world.api.get(&line.path(&format!("/conversations/{anna}/identity"))).await.is(200).json;
    assert_eq!(json["chats"][0]["identity"], shown);
    let link = shown["links"][0]["id"].as_str().unwrap();
    for answer in [None, Some(""), Some("n")] {
        let refused = asked(world, &["undo", &line.host, link], answer).await.unwrap_err();
        assert!(refused.contains("What cannot be undone") && refused.contains("Boris"), "{refused}");
        assert!(refused.ends_with("nothing was changed: answer y, or give --yes"), "{refused}");
    }
    assert_eq!((world.works("contacts").await, linked_contact(world, &line)), (0, wrong));
    let (done, said) = asked(world, &["undo", &line.host, link], Some("y")).await.unwrap();
    assert!(done.contains(&anna) && said.contains("What cannot be undone"), "{done}{said}");
    let list = printed(world, &["links", &line.host, &anna]).await;
    assert!(list.contains("is being changed"), "{list}");
    assert_eq!(world.works("contacts").await, 1);
    assert_ne!(linked_contact(world, &line), wrong);
    let past = asked(world, &["undo", &line.host, link, "--yes"], None).await.unwrap_err();
    assert!(past.contains("no longer the chat’s present link"), "{past}");
    let other = world.line_at("other.amocrm.ru", "support").await;
    let theirs = asked(world, &["undo", &other.host, link, "--yes"], None).await.unwrap_err();
    assert!(theirs.contains("other.amocrm.ru has no link with the id"), "{theirs}");
}

async fn a_block_is_shown_and_ends(world: &mut World) {
    let line = line(world, "leave").await;
    anna_writes(world, &line).await;
    let anna = chat(world, &line).await;
    for (verb, first, again) in
        [("block", "Blocked. Chats: 1.", "is blocked already"), ("unblock", "Unblocked. Chats: 1.", "is not blocked")]
    {
        for said in [first, again] {
            let told = printed(world, &[verb, &line.host, &anna]).await;
            assert!(told.contains(said), "{told}");
        }
        world.works("block_lines").await;
        world.customer(&line, "anna").writes(verb).await;
        world.deliver_all().await;
    }
    let blocked = "[Клиент заблокирован: Паром. То, что он пишет, сохраняется, но здесь не показывается]";
    let unblocked = "[Клиент разблокирован: Паром. Новые сообщения снова показываются здесь]";
    assert_eq!(world.texts_at_crm(&line), ["Hello", blocked, unblocked, "unblock"]);
    let rows = log(world, line.tenant_id).await.into_iter().filter(|row| row.actor_kind == "cli");
    let told: Vec<_> = rows.map(|row| (row.action, row.object)).collect();
    assert_eq!(told, ["customer.blocked", "customer.unblocked"].map(|action| (action.to_owned(), anna.clone())));
    let nobody = asked(world, &["block", &line.host, &line.source_id.to_string()], None).await.unwrap_err();
    assert!(nobody.contains("has no chat with the id"), "{nobody}");
}

async fn decisions_about_marketing_are_listed(world: &mut World) {
    let line = line(world, "leave").await;
    for (name, text) in [("anna", "STOP"), ("boris", "START"), ("anna", "START")] {
        world.customer(&line, name).writes(text).await;
    }
    world.deliver_all().await;
    let path = format!("/api/v1/tenants/{}/marketing-consents", line.tenant_id);
    let shown = world.api.get(&path).await.is(200).json;
    let all: Value = serde_json::from_str(&printed(world, &["consents", &line.host, "--json"]).await).unwrap();
    assert_eq!(all["items"], shown["items"]);
    let anna = shown["items"][0]["conversation_id"].as_str().unwrap();
    let hers = printed(world, &["consents", &line.host, anna]).await;
    let words: Vec<&str> = hers.lines().map(|line| line.split_whitespace().nth(2).unwrap()).collect();
    assert_eq!(words, ["agreed", "stopped"], "{hers}");
}

once!(a_link_is_undone_by_who_read_what_stays, a_block_is_shown_and_ends, decisions_about_marketing_are_listed);
