//! What becomes of the persons of before: operators keep working, and nothing counts further than it can be proved.

use base::store::VENDOR;
use entity::{alert_reader, directory, member, person, session, tenant};
use migration::{Migrator, MigratorTrait};
use parom_tests::database::TestDatabase;
use parom_tests::settings::START;
use parom_tests::{Engine, Place};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter};
use uuid::Uuid;

const ONE: Uuid = Uuid::from_u128(0xa1);
const TWO: Uuid = Uuid::from_u128(0xa2);

/// A database as the version before left it.
struct Before {
    database: TestDatabase,
    db: DatabaseConnection,
}

impl Place for Before {
    async fn open(engine: Engine) -> Option<Self> {
        let database = TestDatabase::fresh(engine).await?;
        let db = match engine {
            // SQLite makes the file only for who asks for it.
            Engine::Sqlite => sea_orm::Database::connect(format!("{}?mode=rwc", database.url())).await.expect("a file"),
            Engine::Postgres => database.connect().await,
        };
        let all = Migrator::migrations();
        let before = all.iter().position(|one| one.name() == "m20261122_000030_identity").expect("the migration");
        Migrator::up(&db, Some(u32::try_from(before).expect("a few"))).await.expect("the schema of before");
        Some(Self { database, db })
    }

    async fn close(self) {
        self.db.close().await.expect("the connection closes");
        self.database.remove().await;
    }
}

impl Before {
    async fn row(&self, table: &'static str, row: Vec<(&'static str, Expr)>) {
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let insert = Query::insert()
            .into_table(Alias::new(table))
            .columns(columns.into_iter().map(Alias::new))
            .values_panic(values)
            .to_owned();
        self.db.execute(&insert).await.expect(table);
    }

    async fn directory(&self, kind: &str, key: String, tenant: Uuid, id: Uuid) {
        let row = vec![
            ("kind", kind.into()),
            ("key", key.into()),
            ("tenant_id", tenant.into()),
            ("id", id.into()),
            ("note", "".into()),
        ];
        self.row("directory", row).await;
    }

    async fn person(&self, id: u128, email: &str, operator: bool, accounts: &[Uuid]) -> Uuid {
        let id = Uuid::from_u128(id);
        let row = vec![
            ("tenant_id", VENDOR.into()),
            ("id", id.into()),
            ("email", email.into()),
            ("name", "Somebody".into()),
            ("password_hash", "hash".into()),
            ("totp_secret", vec![1_u8, 2, 3].into()),
            ("is_operator", operator.into()),
            ("language", "ru".into()),
            ("created_at", START.into()),
        ];
        self.row("person", row).await;
        self.directory("person", email.to_owned(), VENDOR, id).await;
        for tenant in accounts {
            let row = vec![
                ("tenant_id", (*tenant).into()),
                ("person_id", id.into()),
                ("role", "owner".into()),
                ("invited_at", START.into()),
            ];
            self.row("member", row).await;
            self.directory("membership", format!("{id}:{tenant}"), *tenant, id).await;
            let row = vec![
                ("tenant_id", (*tenant).into()),
                ("person_id", id.into()),
                ("wants_letters", true.into()),
                ("without", "[]".into()),
                ("email", "".into()),
                ("updated_at", START.into()),
            ];
            self.row("alert_reader", row).await;
        }
        for (number, kind) in [(1, "panel"), (2, "admin")] {
            let row = vec![
                ("tenant_id", VENDOR.into()),
                ("id", Uuid::from_u128(id.as_u128() + 0x1000 * number).into()),
                ("kind", kind.into()),
                ("person_id", id.into()),
                ("is_admin", true.into()),
                ("via", "password".into()),
                ("csrf", "".into()),
                ("language", "ru".into()),
                ("notice", "{\"copy\":\"https://parom.example/panel/link?token=x\"}".into()),
                ("reason", "".into()),
                ("created_at", START.into()),
                ("seen_at", START.into()),
                ("expires_at", START.into()),
            ];
            self.row("session", row).await;
        }
        id
    }

    /// The vendor's log says that somebody became an operator at this time.
    async fn added(&self, id: Uuid, at: i64) {
        let row = vec![
            ("tenant_id", VENDOR.into()),
            ("id", Uuid::from_u128(id.as_u128() + 0x9000).into()),
            ("at", at.into()),
            ("actor_kind", "cli".into()),
            ("actor_id", "".into()),
            ("actor_name", "".into()),
            ("action", "operator.added".into()),
            ("object", id.to_string().into()),
            ("detail", "{}".into()),
            ("address", "".into()),
            ("outcome", "done".into()),
        ];
        self.row("audit", row).await;
    }

    async fn of(&self, kind: &str, email: &str) -> Option<person::Model> {
        let found = directory::Entity::find_by_id((kind.to_owned(), email.to_owned())).one(&self.db).await.unwrap()?;
        person::Entity::of_tenant(VENDOR).filter(person::Column::Id.eq(found.id)).one(&self.db).await.unwrap()
    }

    async fn sessions(&self, id: Uuid) -> Vec<String> {
        let rows = session::Entity::find().filter(session::Column::PersonId.eq(id)).all(&self.db).await.unwrap();
        assert!(rows.iter().all(|row| row.notice.is_empty()), "no link waits unsealed");
        let mut kinds: Vec<_> = rows.into_iter().map(|row| row.kind).collect();
        kinds.sort();
        kinds
    }
}

async fn h2_operators_of_before_keep_working_and_share_nothing(place: &mut Before) {
    let pure = place.person(0x110, "pure@vendor.example", true, &[]).await;
    let both = place.person(0x120, "both@vendor.example", true, &[ONE, TWO]).await;
    place.added(both, START + 3).await;
    let squatted = place.person(0x130, "squatted@vendor.example", true, &[ONE]).await;
    place.added(squatted, START + 86_400_000).await;
    Migrator::up(&place.db, None).await.expect("the migrations run");

    let operator = place.of("operator", "pure@vendor.example").await.unwrap();
    assert!(operator.id == pure && operator.password_hash.is_some() && operator.totp_secret.is_some());
    assert!(place.of("person", "pure@vendor.example").await.is_none());
    assert_eq!(place.sessions(pure).await, ["admin", "panel"]);

    // Made by the vendor: the operator keeps all, the panel's person begins without credentials and keeps the accounts.
    let operator = place.of("operator", "both@vendor.example").await.unwrap();
    assert!(operator.id == both && operator.is_operator && operator.password_hash.is_some());
    assert_eq!(place.sessions(both).await, ["admin"]);
    let panel = place.of("person", "both@vendor.example").await.unwrap();
    assert!(panel.id != both && !panel.is_operator && panel.password_hash.is_none() && panel.totp_secret.is_none());
    assert_eq!((panel.name.as_str(), panel.language.as_str()), ("Somebody", "ru"));
    for tenant in [ONE, TWO] {
        let member = member::Entity::of_tenant(tenant).filter(member::Column::PersonId.eq(panel.id));
        assert!(member.one(&place.db).await.unwrap().is_some());
        let reader = alert_reader::Entity::of_tenant(tenant).filter(alert_reader::Column::PersonId.eq(panel.id));
        assert!(reader.one(&place.db).await.unwrap().is_some());
        let key = ("membership".to_owned(), format!("{}:{tenant}", panel.id));
        assert_eq!(directory::Entity::find_by_id(key).one(&place.db).await.unwrap().unwrap().id, panel.id);
    }

    // An account knew the person first: what it may have set opens no admin.
    let operator = place.of("operator", "squatted@vendor.example").await.unwrap();
    assert!(operator.id == squatted && operator.password_hash.is_none() && operator.totp_secret.is_none());
    assert!(place.sessions(squatted).await.is_empty());
    let members = member::Entity::find().filter(member::Column::PersonId.is_in([both, squatted]));
    assert!(members.all(&place.db).await.unwrap().is_empty(), "no operator is a member");
}

async fn h1_credentials_of_before_count_as_far_as_can_be_known(place: &mut Before) {
    let one = place.person(0x21, "one@example.com", false, &[ONE]).await;
    let two = place.person(0x22, "two@example.com", false, &[ONE, TWO]).await;
    let none = place.person(0x23, "none@example.com", false, &[]).await;
    // Invited by a second account, and not there yet.
    let invited = place.person(0x24, "invited@example.com", false, &[ONE]).await;
    let row = vec![
        ("tenant_id", TWO.into()),
        ("person_id", invited.into()),
        ("role", "owner".into()),
        ("invited_at", START.into()),
        ("disabled_at", START.into()),
    ];
    place.row("member", row).await;
    Migrator::up(&place.db, None).await.expect("the migrations run");
    for (email, id) in [("one@example.com", one), ("invited@example.com", invited)] {
        let person = place.of("person", email).await.unwrap();
        assert!(person.id == id && person.set_in == Some(ONE) && person.password_hash.is_some(), "{person:?}");
        assert!(person.totp_secret.is_some() && person.proved_at.is_none());
        assert_eq!(place.sessions(id).await.len(), 2);
    }
    for (email, id) in [("two@example.com", two), ("none@example.com", none)] {
        let person = place.of("person", email).await.unwrap();
        assert!(person.password_hash.is_none() && person.totp_secret.is_none() && person.set_in.is_none(), "{email}");
        assert!(!place.sessions(id).await.contains(&"panel".to_owned()));
    }
    assert!(tenant::Entity::find().all(&place.db).await.unwrap().iter().all(|tenant| !tenant.second_step));
}

parom_tests::both!(
    h2_operators_of_before_keep_working_and_share_nothing,
    h1_credentials_of_before_count_as_far_as_can_be_known,
);
