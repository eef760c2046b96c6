//! The ledger of links: what it says of each, and how a wrong one is undone.

use std::time::Duration;

use entity::conversation;
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, Visitor, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use super::{EMAIL, PHONE, anna_writes, because, line, line_at, linked_contact, why};
use crate::pages::olga;

/// A message of a person by their messenger's name, with what is known of them.
async fn writes(world: &mut World, line: &Line, chat: &str, sender: Value) {
    let mut body = world.customer(line, chat).body(&format!("{chat}-{}", world.clock.millis()), "Hello");
    for (key, value) in sender.as_object().unwrap() {
        body["sender"][key] = value.clone();
    }
    world.customer(line, chat).posts(&body).await.is(202);
    world.deliver_all().await;
    world.advance(Duration::from_secs(1));
}

async fn identity(world: &World, line: &Line, chat: &str) -> Reply {
    world.api.get(&line.path(&format!("/conversations/chat-{chat}/identity"))).await.is(200)
}

/// Contact, reason, kind of id, masked id, how sure, and by whom, of every link, the newest first.
async fn links(world: &World, line: &Line, chat: &str) -> Vec<String> {
    let shown = identity(world, line, chat).await;
    let links = shown.json["links"].as_array().unwrap().iter();
    let word = |link: &Value, key: &str| link[key].as_str().unwrap_or("–").to_owned();
    links
        .map(|link| {
            ["amocrm_contact_id", "why", "id_kind", "id_value", "sureness", "by", "undone_by"]
                .map(|key| word(link, key))
                .join(" ")
        })
        .collect()
}

fn contact_of(world: &World, line: &Line, chat: &str) -> i64 {
    let chat = world.manager(line).chat_with(chat);
    let links = world.sandbox.contact_links(&line.host);
    links.iter().find(|link| link.chat_id == chat).expect("a link").contact_id
}

/// The chat was silent since that many days ago.
async fn is_silent_for(world: &World, line: &Line, chat: &str, days: i64) {
    let at = world.clock.millis() - days * 86_400_000;
    conversation::Entity::update_of(line.tenant_id)
        .col_expr(conversation::Column::HeardAt, Expr::value(at))
        .col_expr(conversation::Column::CreatedAt, Expr::value(at))
        .filter(conversation::Column::ExternalId.eq(format!("chat-{chat}")))
        .exec(world.app().store.write())
        .await
        .unwrap();
}

/// The page of Anna's customer.
async fn page(world: &World, line: &Line) -> (Visitor, String) {
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let items = list.json["items"].as_array().unwrap();
    let anna = items.iter().find(|item| item["external_id"] == "chat-anna").unwrap();
    let path = format!("/panel/customers/{}", anna["id"].as_str().unwrap());
    (olga(world, line.tenant_id).await, path)
}

/// Five ways to a wrong contact, each with what the ledger says of it.
const WRONG: [(&str, &str); 5] = [
    ("phone.amocrm.ru", "phone phone …33 likely – –"),
    ("several.amocrm.ru", "phone_several phone …33 likely – –"),
    ("recycled.amocrm.ru", "phone phone …33 likely – –"),
    ("email.amocrm.ru", "email email a…@example.com likely – –"),
    ("person.amocrm.ru", "person contact {} told Olga Owner –"),
];

async fn each_kind_of_wrong_link_is_undone(world: &mut World) {
    for (host, entry) in WRONG {
        let line = line_at(world, host, "link").await;
        let wrong = match host {
            "email.amocrm.ru" => world.sandbox.add_contact(host, "Boris", None, Some(EMAIL)),
            "person.amocrm.ru" => world.sandbox.add_contact(host, "Boris", None, None),
            _ => world.sandbox.add_contact(host, "Boris", Some(PHONE), None),
        };
        match host {
            "several.amocrm.ru" => {
                world.sandbox.add_contact(host, "Carl", Some(PHONE), None);
                world.advance(Duration::from_secs(60));
                assert!(world.sandbox.rename_contact(host, wrong, "Boris B."));
            }
            // The number's former owner, of the same name.
            "recycled.amocrm.ru" => {
                writes(world, &line, "boris", json!({"phone": PHONE, "name": "anna"})).await;
                is_silent_for(world, &line, "boris", 400).await;
            }
            _ => {}
        }
        writes(world, &line, "anna", json!({"phone": PHONE, "email": EMAIL})).await;
        let (olga, path) = page(world, &line).await;
        if host == "person.amocrm.ru" {
            let card = format!("https://{host}/contacts/detail/{wrong}");
            let asked = olga.opens(&format!("{path}/join?contact={card}")).await.is(200);
            asked.says(&["This chat will be linked to contact", "can be undone"]);
            olga.sends(&format!("{path}/join/{wrong}"), &[]).await.is(303);
            assert_eq!(world.works("contacts").await, 1);
        }
        assert_eq!(contact_of(world, &line, "anna"), wrong, "{host}");
        let entry = format!("{wrong} {}", entry.replace("{}", &wrong.to_string()));
        assert_eq!(links(world, &line, "anna").await[0], entry, "{host}");

        let shown = olga.opens(&path).await.is(200);
        let undo = shown.between(&format!("href=\"{path}/undo/"), "\"").expect("a way back").to_owned();
        let asked = olga.opens(&format!("{path}/undo/{undo}")).await.is(200);
        asked.says(&["a contact of its own", "What cannot be undone", "Boris"]);
        olga.sends(&format!("{path}/undo/{undo}"), &[]).await.is(303);
        olga.opens(&path).await.is(200).says(&["In progress"]);
        assert_eq!(world.works("contacts").await, 1, "{host}");

        let own = contact_of(world, &line, "anna");
        assert_ne!(own, wrong, "{host}");
        let contacts = world.sandbox.contacts(host);
        let made = contacts.iter().find(|contact| contact.id == own).unwrap();
        // But for the id by which it was linked wrongly.
        let (phones, emails) = match host {
            "email.amocrm.ru" => (vec![PHONE.to_owned()], vec![]),
            "person.amocrm.ru" => (vec![PHONE.to_owned()], vec![EMAIL.to_owned()]),
            _ => (vec![], vec![EMAIL.to_owned()]),
        };
        assert_eq!((made.name.as_str(), &made.phones, &made.emails), ("anna", &phones, &emails), "{host}");
        let now = links(world, &line, "anna").await;
        assert_eq!(now[0], format!("{own} separated messenger …anna told Olga Owner –"), "{host}");
        assert_eq!(
            now[1],
            entry.replace(" –", " Olga Owner").replace("likely Olga Owner Olga Owner", "likely – Olga Owner"),
            "{host}"
        );
        let shown = olga.opens(&path).await.is(200);
        shown.says(&["Undone by Olga Owner"]);
        assert!(shown.between(&format!("href=\"{path}/undo/"), "\"").is_none(), "nothing is left to undo");

        // So whose id it is gets their own contact.
        if ["phone.amocrm.ru", "email.amocrm.ru"].contains(&host) {
            let own = if host == "phone.amocrm.ru" { json!({"phone": PHONE}) } else { json!({"email": EMAIL}) };
            writes(world, &line, "boris", own).await;
            assert_eq!(contact_of(world, &line, "boris"), wrong, "{host}");
        }
        // No rule joins it again, whatever number comes.
        world.sandbox.add_contact(host, "Dora", Some("+79990000001"), None);
        writes(world, &line, "anna", json!({"phone": "+79990000001", "email": EMAIL})).await;
        assert_eq!((world.works("contacts").await, contact_of(world, &line, "anna")), (0, own), "{host}");
    }
}

/// By the API, with amoCRM failing at each step and the process ending in between.
async fn an_undo_that_is_interrupted_makes_one_contact(world: &mut World) {
    for (host, call, fault) in [
        ("lost.amocrm.ru", "\"name\":\"anna\"", Fault::LostAnswer),
        ("linked.amocrm.ru", "chat_id", Fault::Status { code: 502, retry_after: None }),
        ("listed.amocrm.ru", "", Fault::Status { code: 503, retry_after: None }),
    ] {
        let line = line_at(world, host, "link").await;
        let wrong = world.sandbox.add_contact(host, "Boris", Some(PHONE), None);
        anna_writes(world, &line).await;
        let shown = identity(world, &line, "anna").await;
        assert_eq!(shown.json["links"][0]["is_undoable"], true, "{}", shown.text);
        let path = line.path(&format!("/conversations/chat-anna/identity/{}/undo", shown.text_at("/links/0/id")));
        world.sandbox.faults().next_with(Part::Rest, call, 1, fault);
        world.api.post(&path, &json!({})).await.is(202);
        assert_eq!(world.works("contacts").await, 1, "{host}: it fails");
        assert_eq!(identity(world, &line, "anna").await.json["is_changing"], true, "{host}");
        world.restart().await;
        world.advance(Duration::from_secs(301));
        assert_eq!(world.works("contacts").await, 1, "{host}");
        let own: Vec<i64> =
            world.sandbox.contacts(host).iter().filter(|one| one.name == "anna").map(|one| one.id).collect();
        assert_eq!(own, [linked_contact(world, &line)], "{host}: one was made, and the chat is linked to it");
        assert_ne!(own, [wrong]);
        assert_eq!(why(world, &line).await, because(own[0], "separated"));
        assert_eq!(
            (world.works("contacts").await, identity(world, &line, "anna").await.json["is_changing"].clone()),
            (0, json!(false))
        );
        // It is done once.
        world.api.post(&path, &json!({})).await.is(409);
    }
}

/// Where people moved the chat in amoCRM meanwhile, it stays.
async fn a_chat_that_was_moved_in_amocrm_meanwhile_stays_there(world: &mut World) {
    let line = line(world, "link").await;
    world.sandbox.add_contact(HOST, "Boris", Some(PHONE), None);
    anna_writes(world, &line).await;
    let shown = identity(world, &line, "anna").await;
    let path = line.path(&format!("/conversations/chat-anna/identity/{}/undo", shown.text_at("/links/0/id")));
    world.api.post(&path, &json!({})).await.is(202);
    let right = world.sandbox.add_contact(HOST, "Anna Card", None, None);
    assert!(world.sandbox.link_chat(HOST, &world.manager(&line).chat_with("anna"), right));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!((linked_contact(world, &line), world.works("contacts").await), (right, 0));
    assert_eq!(identity(world, &line, "anna").await.json["is_changing"], false);
    assert_eq!(links(world, &line, "anna").await[0], format!("{right} moved messenger …anna told – –"));
    // The same while a contact is made for it.
    let line = line_at(world, "moved.amocrm.ru", "link").await;
    let host = line.host.clone();
    world.sandbox.add_contact(&host, "Boris", Some(PHONE), None);
    anna_writes(world, &line).await;
    let shown = identity(world, &line, "anna").await;
    let path = line.path(&format!("/conversations/chat-anna/identity/{}/undo", shown.text_at("/links/0/id")));
    world.api.post(&path, &json!({})).await.is(202);
    let right = world.sandbox.add_contact(&host, "Anna Card", None, None);
    let chat = world.manager(&line).chat_with("anna");
    let gate = world.sandbox.faults().hold_with(Part::Rest, "\"name\":\"anna\"");
    let sandbox = world.sandbox.clone();
    let moves = async {
        gate.until_waiting(1).await;
        assert!(sandbox.link_chat(&host, &chat, right));
        gate.open();
    };
    let (worked, ()) = tokio::join!(world.works("contacts"), moves);
    assert_eq!((worked, linked_contact(world, &line)), (1, right));
    for unknown in [uuid::Uuid::nil(), line.source_id] {
        let path = line.path(&format!("/conversations/chat-anna/identity/{unknown}/undo"));
        world.api.post(&path, &json!({})).await.is(404);
    }
}

/// A number that was silent for a year and comes with another name is not joined; each of both alone is.
async fn a_recycled_number_is_not_joined_by_rule(world: &mut World) {
    for (host, rule, days, name, is_joined) in [
        ("recycled.amocrm.ru", "link", 366, "Boris", false),
        ("made.amocrm.ru", "create", 366, "Boris", false),
        ("named.amocrm.ru", "link", 366, "ANNA ", true),
        ("lately.amocrm.ru", "link", 300, "Boris", true),
    ] {
        let line = line_at(world, host, rule).await;
        let card = world.sandbox.add_contact(host, "Anna Card", Some(PHONE), None);
        writes(world, &line, "anna", json!({"phone": PHONE})).await;
        assert_eq!(contact_of(world, &line, "anna"), card, "{host}");
        is_silent_for(world, &line, "anna", days).await;
        writes(world, &line, "boris", json!({"phone": PHONE, "name": name})).await;
        assert_eq!(contact_of(world, &line, "boris") == card, is_joined, "{host}");
        let last = links(world, &line, "boris").await.remove(0);
        let expected =
            if is_joined { " phone phone …33 likely – –" } else { " recycled phone …33 likely – –" };
        assert!(last.ends_with(expected), "{host}: {last}");
        // Nor later.
        writes(world, &line, "boris", json!({"phone": PHONE, "name": name, "email": EMAIL})).await;
        world.works("contacts").await;
        assert_eq!(contact_of(world, &line, "boris") == card, is_joined, "{host}");
    }
}

/// amoCRM's own doings are entries too, and links of before have no time.
async fn what_happens_in_amocrm_is_an_entry(world: &mut World) {
    let line = line(world, "link").await;
    let gone = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let kept = world.sandbox.add_contact(HOST, "Anna Kept", None, None);
    anna_writes(world, &line).await;
    assert!(world.sandbox.merge_contacts(HOST, kept, gone));
    world.advance(Duration::from_secs(601));
    let (olga, path) = page(world, &line).await;
    olga.opens(&path.replace("customers", "conversations")).await.is(200);
    let now = links(world, &line, "anna").await;
    assert_eq!(now, [format!("{kept} merged messenger …anna told – –"), format!("{gone} phone phone …33 likely – –"),]);
    let shown = identity(world, &line, "anna").await;
    let undoable: Vec<bool> =
        shown.json["links"].as_array().unwrap().iter().map(|one| one["is_undoable"].as_bool().unwrap()).collect();
    assert_eq!(undoable, [true, false], "only how it is now");
    olga.opens(&path).await.is(200).says(&["was merged into this one", "By phone …33 · likely"]);
    let wrong = olga.opens(&format!("{path}/join?contact=nobody")).await.is(303);
    assert!(wrong.text.is_empty());
    olga.opens(&path).await.is(200).says(&["has no such contact"]);
}

/// Several people undo at once, while a message is on its way to the chat and a process carries the undo out: one contact is made,
/// and the message is in the chat once.
async fn undone_at_once_beside_a_delivery(world: &mut World) {
    let line = line(world, "link").await;
    world.sandbox.add_contact(HOST, "Boris", Some(PHONE), None);
    anna_writes(world, &line).await;
    let shown = identity(world, &line, "anna").await;
    let path = line.path(&format!("/conversations/chat-anna/identity/{}/undo", shown.text_at("/links/0/id")));
    let before = world.sandbox.messages(HOST).len();
    world.customer(&line, "anna").writes("Are you there?").await;
    let asks = json!({});
    let undone = futures_util::future::join_all((0..3).map(|_| world.api.post(&path, &asks))).await;
    for answer in undone {
        answer.is(202);
    }
    let gate = world.sandbox.faults().hold_with(Part::Message, "Are you there?");
    let mut worker = world.another_worker();
    let works = async {
        let worked = world.works("contacts").await;
        drop(gate);
        worked
    };
    let (delivered, worked) = tokio::join!(worker.deliver_all(), works);
    assert_eq!((delivered.unwrap(), worked), (1, 1));
    let own = linked_contact(world, &line);
    let made: Vec<i64> =
        world.sandbox.contacts(HOST).iter().filter(|one| one.name == "anna").map(|one| one.id).collect();
    assert_eq!(made, [own]);
    assert_eq!(why(world, &line).await, because(own, "separated"));
    assert_eq!(links(world, &line, "anna").await.len(), 2);
    assert_eq!(world.sandbox.messages(HOST).len(), before + 1);
    assert_eq!((world.works("contacts").await, world.works("contacts").await), (0, 0));
}

both!(each_kind_of_wrong_link_is_undone, an_undo_that_is_interrupted_makes_one_contact);
both!(a_recycled_number_is_not_joined_by_rule, undone_at_once_beside_a_delivery);
once!(a_chat_that_was_moved_in_amocrm_meanwhile_stays_there, what_happens_in_amocrm_is_an_entry);
