//! The account takes its data along and leaves; nothing of it stays, and the other account goes on.

use parom::tenant::{Export, ExportPages, forget, watch};
use parom_tests::Line;
use parom_tests::settings::HOST;
use serde_json::Value;

use super::SHOP;
use super::service::{HOUR, Service};
use crate::life::erase::everything;

pub async fn goes(service: &mut Service, line: &Line) {
    let known = service.booked(0).0.len();
    let mut export = Export::begin(&service.app().tenants, line.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let text = String::from_utf8(text).unwrap();
    let of_kind = |kind: &str| {
        let rows = text.lines().map(|row| serde_json::from_str::<Value>(row).unwrap());
        rows.filter(|row| row["type"] == kind).count()
    };
    // As many messages as the ledger counts: fifteen of customers and four of managers.
    assert_eq!((of_kind("message"), of_kind("source"), of_kind("conversation"), of_kind("end")), (19, 2, 2, 1));
    for part in ["Hello", "An answer", "With the new key, beside"] {
        assert!(text.contains(part), "{part}");
    }

    assert_eq!(service.owner(SHOP).uninstalls().await.status, Some(200));
    let left = async || (service.shop().await["status"] == "uninstalled").then_some(());
    service.until("the account has left", left).await;
    let off = async || {
        let rows = entity::tenant_channel::Entity::of_tenant(line.tenant_id).all(service.app().store.read()).await;
        let rows = rows.unwrap();
        rows.iter().all(|row| row.status == "disconnected" && row.next_try_at.is_none()).then_some(())
    };
    service.until("amoCRM has taken its channel off", off).await;
    service.reports().await;
    let (types, events) = service.booked(known);
    assert_eq!(
        (types, &events[0].body["data"]["reason"]),
        (vec!["account.left".to_owned()], &Value::from("uninstalled"))
    );
    service.agrees().await;
    service.advance(HOUR * 25);
    parom::job::due_of(&service.app().jobs, watch::KIND).await;
    forget(&service.app().tenants, line.tenant_id, false, "the contract has ended").await.unwrap();
    let after = everything(service).await;
    // The other account has a chat-anna of its own.
    for gone in ["Order 1", "An answer", "user-bert"] {
        assert!(!after.contains(gone), "{gone} is still there");
    }
    service.agrees().await;

    // The account of the last release's database is still served.
    assert_eq!(service.tenant(HOST).await.unwrap()["status"], "active");
}
