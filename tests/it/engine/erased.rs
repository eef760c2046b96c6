//! C6: what is erased while it is about to be leased does not leave.

use parom_tests::office::{LEASE, settlement};
use parom_tests::{Office, on_postgres};
use queue::Settled;
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

/// The head is removed and the epoch incremented between the claim's read and its write.
async fn c6_a_claim_is_only_what_its_update_leased(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "erased")).await;
    office.accepts(desk.to_crm("other chat", "2", "stays")).await;
    let lanes = office.lanes(&desk).await;
    let letters = office.letters(&desk).await;
    let erased = letters.iter().find(|letter| letter.payload == "erased").unwrap().lane_id;
    assert_eq!(lanes.len(), 2);
    let other = office.store.write_tx().await.unwrap();
    let on_lane = |text: &str| {
        let values: [Value; 2] = [desk.tenant_id.into(), erased.into()];
        Statement::from_sql_and_values(office.store.backend(), text, values)
    };
    other.query_all_raw(on_lane("SELECT 1 FROM lane WHERE tenant_id = $1 AND lane_id = $2 FOR UPDATE")).await.unwrap();
    let (queue, wish) = (office.queue.clone(), desk.wish(desk.channel_id, 10));
    let claim = tokio::spawn(async move { queue.claim(&[wish], LEASE).await });
    office.until_waiting(1).await;
    other.execute_raw(on_lane("DELETE FROM letter WHERE tenant_id = $1 AND lane_id = $2")).await.unwrap();
    let gone = "UPDATE lane SET epoch = epoch + 1, waiting = 0, due_at = NULL WHERE tenant_id = $1 AND lane_id = $2";
    other.execute_raw(on_lane(gone)).await.unwrap();
    other.commit().await.unwrap();
    let claims = claim.await.unwrap().unwrap();
    let texts: Vec<&str> = claims.iter().map(|claim| claim.letter.payload.as_str()).collect();
    assert_eq!(texts, ["stays"], "what was not leased is not sent");
    assert_eq!(office.queue.settle(&[settlement(&claims[0], Settled::Delivered)]).await.unwrap(), [true]);
}

/// The turn is the mutex of its lanes, for erasing too: it waits for a claim that has read the heads.
async fn c6_erasing_waits_for_the_holder_of_the_turn(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let conversation: Uuid = office.lanes(&desk).await[0].conversation_id;
    let holder = office.store.write_tx().await.unwrap();
    holder.execute_unprepared("SELECT 1 FROM turn FOR NO KEY UPDATE").await.unwrap();
    let (queue, tenant) = (office.queue.clone(), desk.tenant_id);
    let erasing = tokio::spawn(async move { queue.empty(tenant, conversation).await });
    office.until_waiting(1).await;
    assert_eq!(office.letters(&desk).await.len(), 1, "it has not begun");
    holder.rollback().await.unwrap();
    assert_eq!(erasing.await.unwrap().unwrap(), 1);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
}

on_postgres!(c6_a_claim_is_only_what_its_update_leased, c6_erasing_waits_for_the_holder_of_the_turn);
