//! The account of messages: accepted = delivered + failed + waiting, both ways, by days of acceptance (UTC).

use entity::{ledger_delta, letter};
use sea_orm::sea_query::{ExprTrait as _, Func, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::app::App;
use crate::message::{Direction, LetterKind, day_of};

/// The days that are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Today,
    Week,
    Month,
}

impl Period {
    pub const ALL: [Self; 3] = [Self::Today, Self::Week, Self::Month];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "7",
            Self::Month => "30",
        }
    }

    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|period| period.as_str() == word).unwrap_or(Self::Today)
    }

    const fn days(self) -> i32 {
        match self {
            Self::Today => 1,
            Self::Week => 7,
            Self::Month => 30,
        }
    }
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Equation {
    /// `to_crm`, `to_messenger`
    pub direction: &'static str,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
    /// Counted from what lies in the queue.
    pub waiting: i64,
}

impl Equation {
    /// What the sums differ by.
    pub fn gap(&self) -> i64 {
        self.accepted - self.delivered - self.failed - self.waiting
    }
}

#[derive(Debug, FromQueryResult)]
struct Settled {
    direction: i16,
    accepted: Option<i64>,
    delivered: Option<i64>,
    failed: Option<i64>,
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    direction: i16,
    waiting: i64,
}

pub(super) async fn equations(app: &App, tenant_id: Uuid, period: Period) -> Result<Vec<Equation>, DbErr> {
    let from = day_of(app.clock.millis()) - period.days() + 1;
    // Of one moment, or the sums would differ by what is settled between the two reads.
    let tx = app.store.read_tx().await?;
    let read = async { Ok::<_, DbErr>((settled(&tx, tenant_id, from).await?, waiting(&tx, tenant_id, from).await?)) };
    let read = read.await;
    tx.rollback().await?;
    let (settled, waiting) = read?;
    let of = |direction: Direction, word: &'static str| {
        let number = direction.number();
        let row = settled.iter().find(|row| row.direction == number);
        let figure = |of: fn(&Settled) -> Option<i64>| row.and_then(of).unwrap_or(0);
        Equation {
            direction: word,
            accepted: figure(|row| row.accepted),
            delivered: figure(|row| row.delivered),
            failed: figure(|row| row.failed),
            waiting: waiting.iter().find(|row| row.direction == number).map_or(0, |row| row.waiting),
        }
    };
    Ok(vec![of(Direction::ToCrm, "to_crm"), of(Direction::ToMessenger, "to_messenger")])
}

async fn settled(db: &impl ConnectionTrait, tenant_id: Uuid, from: i32) -> Result<Vec<Settled>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed};
    ledger_delta::Entity::of_tenant(tenant_id)
        .filter(Day.gte(from))
        .select_only()
        .column(Direction)
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}

/// PostgreSQL sums BIGINT into NUMERIC.
pub(super) fn sum(column: ledger_delta::Column) -> SimpleExpr {
    SimpleExpr::from(Func::sum(column.into_expr())).cast_as("bigint")
}

async fn waiting(db: &impl ConnectionTrait, tenant_id: Uuid, from: i32) -> Result<Vec<Waiting>, DbErr> {
    use letter::Column::{Day, Direction, Id, Kind};
    letter::Entity::of_tenant(tenant_id)
        .filter(Kind.eq(LetterKind::Message.number()))
        .filter(Day.gte(from))
        .select_only()
        .column(Direction)
        .column_as(Id.count(), "waiting")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}
