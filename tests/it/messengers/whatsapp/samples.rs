//! Every body of Meta's documents, and what amoCRM shows of it (whatsapp §4, §18).

use parom_tests::once;
use serde_json::Value;

use super::super::{at_crm, with_bot};
use super::{WhatsAppWorld, connected, posts};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/whatsapp");

fn body_of(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}.json")).unwrap()
}

/// All files that a body names, and the fields that contain them.
fn files_of<'a>(field: &'a str, value: &'a Value) -> Vec<(&'a str, &'a str)> {
    match value {
        Value::Object(fields) => {
            let kinds = ["image", "video", "audio", "document", "sticker"];
            let own = fields.get("id").and_then(Value::as_str).filter(|_| kinds.contains(&field)).map(|id| (field, id));
            own.into_iter().chain(fields.iter().flat_map(|(name, value)| files_of(name, value))).collect()
        }
        Value::Array(all) => all.iter().flat_map(|one| files_of(field, one)).collect(),
        _ => Vec::new(),
    }
}

async fn every_body_of_the_documents_lands_as_the_table_says(world: &mut WhatsAppWorld) {
    let expected = std::fs::read_to_string(format!("{FOLDER}/expected.txt")).unwrap();
    let expected: Vec<&str> = expected.lines().filter(|line| !line.starts_with('#')).collect();
    let files = std::fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let bodies = files.filter(|name| name.ends_with(".json") && !name.starts_with("api_"));
    assert_eq!(bodies.count(), expected.len(), "no body is left out");
    with_bot(world).await;
    let (line, number) = connected(world).await;
    let path = format!("/hooks/whatsapp/{}", line.source_id);
    let mut wrong = Vec::new();
    for line in expected {
        let parts: Vec<String> = line.split(" | ").map(|part| part.replace("\\n", "\n")).collect();
        let (name, lands) = (parts[0].as_str(), &parts[1..]);
        let body = body_of(name);
        for (field, file) in files_of("", &serde_json::from_str(&body).unwrap()) {
            world.messenger.knows_file(&number.phone, file, field);
        }
        let before = at_crm(world);
        assert_eq!(posts(world, &path, Some(&number.app.secret), &body).await, 200, "{name}");
        world.deliver_to_the_end().await;
        let after = at_crm(world);
        let new = after.len() - before.len();
        let told = |shown: &simulator::crm::MessageView| (shown.kind.clone(), shown.text.clone(), shown.edited);
        let last = after.last().map(told);
        let is_right = match lands {
            [] => before.iter().map(told).eq(after.iter().map(told)),
            [how, kind, text @ ..] => {
                let wanted = |edited| (kind.clone(), text.first().cloned().unwrap_or_default(), edited);
                match how.parse::<usize>() {
                    Ok(count) => new == count && after[before.len()..].iter().map(told).any(|one| one == wanted(false)),
                    Err(_) => (new, &last) == (0, &Some(wanted(true))),
                }
            }
            [_] => false,
        };
        if !is_right {
            wrong.push(format!("{name}: {new} new, the last is {last:?} instead of {lands:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(world.quarantined().await, ["unknown_update"], "what is unknown is kept");
}

once!(every_body_of_the_documents_lands_as_the_table_says);
