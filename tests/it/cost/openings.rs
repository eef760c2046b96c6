//! Storing first messages of customers, files and ids of chats.

use base::message::Direction;
use parom_tests::office::{Desk, Office};
use parom_tests::on_postgres;
use queue::accept_batch::NewMedia;
use queue::accept_batch::{AcceptBatch, Alias, Conversation, ItemOutcome, NewConversation, Side};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::accepts::{accept, hook, names, opened, rows};

pub fn file(desk: &Desk, name: &str, message_id: Uuid) -> NewMedia {
    NewMedia {
        id: Uuid::new_v5(&desk.source_id, name.as_bytes()),
        source_id: desk.source_id,
        message_id,
        direction: Direction::ToCrm,
        kind: 1,
        state: 0,
        origin: vec![1],
        file_name: name.to_owned(),
        failure: "",
        created_at: 1,
        day: 1,
    }
}

pub fn chat(desk: &Desk, id: &str) -> Alias {
    Alias { side: Side::Crm, origin: desk.channel_id, external_id: id.to_owned() }
}

/// A customer's message that opens a conversation, also under a second id.
pub fn opening(desk: &Desk, number: u32, heard_at: i64) -> AcceptBatch {
    let (name, id) = (format!("new-{number}"), format!("{number} at {heard_at}"));
    let mut batch = desk.to_crm(&name, &id, "Hello");
    let entry = &mut batch.entries[0];
    entry.heard_at = Some(heard_at);
    if let Conversation::Open(new) = &mut entry.conversation {
        // Some share it, so that the first of them keeps it.
        new.aliases.push(chat(desk, &format!("second-{}", number / 2)));
    }
    batch
}

/// The id of the conversation that a batch opens.
fn opens(batch: &AcceptBatch) -> &NewConversation {
    match &batch.entries[0].conversation {
        Conversation::Open(new) => new,
        Conversation::Known(id) => panic!("{id} is known"),
    }
}

/// First messages of customers, files, and amojo's ids of chats in one commit.
async fn an_accept_of_new_conversations_and_files_is_one_commit(office: &mut Office) {
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(2)).await;
    office.accepts(hook(&desk, &conversations[1], "first")).await;
    let mut learns = hook(&desk, &conversations[0], "learns");
    learns.entries[0].crm_chat = Some(chat(&desk, "theirs"));
    let mut with_file = desk.to_crm("new-2", "with a file", "Look");
    with_file.entries[0].media = vec![file(&desk, "photo.jpg", with_file.entries[0].id)];
    let (cost, receipts) = accept(office, &[opening(&desk, 1, 7), learns, with_file, opening(&desk, 1, 9)]).await;
    assert!(receipts.iter().flatten().all(|one| matches!(one, ItemOutcome::New { .. })));
    assert!(cost.statements.len() <= 9 && cost.transactions == 1, "{:#?}", cost.statements);
    let rows = rows(office, &desk).await;
    for row in [
        "alias 1 new-1 of new-1",
        "alias 3 second-0 of new-1",
        "alias 3 theirs of chat-0",
        "conversation chat-0 theirs 0",
        "conversation new-1  9",
        "file photo.jpg 0 1 Some",
    ] {
        assert_eq!(rows.iter().filter(|one| one.starts_with(row)).count(), 1, "{row} in {rows:#?}");
    }
}

/// A conversation that another commit holds back makes the statement wait; once it is stored, the message joins it.
async fn a_conversation_that_is_opened_meanwhile_is_joined(office: &mut Office) {
    let desk = office.desk();
    let [theirs, ours] = [opening(&desk, 1, 1), opening(&desk, 1, 2)];
    let held = office.store.write_tx().await.unwrap();
    held.execute_unprepared(&format!(
        "INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id) \
         VALUES ('{}', 1, '{}', 'new-1', '{}')",
        desk.tenant_id,
        desk.source_id,
        opens(&theirs).id
    ))
    .await
    .unwrap();
    let (queue, id) = (office.queue.clone(), opens(&theirs).id);
    let waiting = tokio::spawn(async move { queue.accept(&[&ours], false).await.unwrap() });
    office.until_waiting(1).await;
    held.commit().await.unwrap();
    assert!(matches!(waiting.await.unwrap()[0][0], ItemOutcome::New { .. }));
    let letters = office.letters(&desk).await;
    assert_eq!(letters.len(), 1);
    let lanes = office.lanes(&desk).await;
    assert_eq!(lanes.iter().map(|lane| lane.conversation_id).collect::<Vec<_>>(), [id]);
}

on_postgres!(an_accept_of_new_conversations_and_files_is_one_commit, a_conversation_that_is_opened_meanwhile_is_joined,);
