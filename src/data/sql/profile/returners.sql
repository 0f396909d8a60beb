-- One row: customers whose returns are worth more than their purchases, and customers with returns only.
-- Reads: customers, returned.

with sent_back as (

    select customer_id, sum(money) as returned
    from returned
    where customer_id is not null
    group by customer_id

)

select
    (select count(*) from customers where returned > spend)::double                          as more_than_bought,
    (select coalesce(sum(returned - spend), 0) from customers where returned > spend)::double  as excess,
    (select count(*) from sent_back anti join customers using (customer_id))::double         as returns_only,
    (
        select coalesce(sum(returned), 0)
        from sent_back anti join customers using (customer_id)
    )::double                                                                                as returns_only_money
