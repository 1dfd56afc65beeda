//! The tables as diesel sees them. `migrations/` makes them; a test holds the two together.

diesel::table! {
    tenants (id) { id -> Text, name -> Text, created_at -> BigInt, }
}

diesel::table! {
    users (id) {
        id -> Text,
        tenant_id -> Text,
        email -> Text,
        display_name -> Text,
        password_hash -> Text,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        family_id -> Text,
        parent_id -> Nullable<Text>,
        user_id -> Text,
        token_hash -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        tenant_id -> Text,
        user_id -> Nullable<Text>,
        name -> Text,
        prefix -> Text,
        key_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    rooms (id) {
        id -> Text,
        tenant_id -> Text,
        code -> Text,
        name -> Text,
        host -> Text,
        template -> Text,
        settings -> Text,
        password_hash -> Nullable<Text>,
        starts_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        room_id -> Text,
        started_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        peak -> Integer,
        summary -> Nullable<Text>,
    }
}

diesel::table! {
    room_journal (session_id, seq) {
        session_id -> Text,
        seq -> BigInt,
        at_ms -> BigInt,
        input -> Text,
    }
}

diesel::table! {
    room_snapshots (session_id) { session_id -> Text, seq -> BigInt, state -> Text, }
}

diesel::table! {
    room_known (room_id, identity) { room_id -> Text, identity -> Text, at -> BigInt, }
}

diesel::table! {
    audit_log (id) {
        id -> Text,
        tenant_id -> Text,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        room_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        detail -> Text,
    }
}

diesel::table! {
    consents (id) {
        id -> Text,
        user_id -> Text,
        purpose -> Text,
        granted -> Bool,
        text_version -> Text,
        at -> BigInt,
        session_id -> Nullable<Text>,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        room_id -> Text,
        session_id -> Text,
        uploader -> Text,
        name -> Text,
        size -> BigInt,
        mime -> Text,
        path -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    quality_points (session_id, participant_id, at) {
        session_id -> Text,
        participant_id -> Text,
        at -> BigInt,
        score -> Double,
        rtt_ms -> Double,
        loss -> Double,
        jitter_ms -> Double,
    }
}

diesel::table! {
    emotion_points (session_id, participant_id, at) {
        session_id -> Text,
        participant_id -> Text,
        at -> BigInt,
        arousal -> Double,
        label -> Nullable<Text>,
        confidence -> Double,
        unusual -> Bool,
        speaker -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (tenant_id, actor, key) {
        tenant_id -> Text,
        actor -> Text,
        key -> Text,
        request_hash -> Text,
        status -> Nullable<Integer>,
        body -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    recordings (id) {
        id -> Text,
        tenant_id -> Text,
        room_id -> Text,
        session_id -> Text,
        started_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        state -> Text,
        step -> Nullable<Text>,
        progress -> Double,
        duration_ms -> BigInt,
        bytes -> BigInt,
        started_by -> Nullable<Text>,
        problem -> Nullable<Text>,
        tier -> Text,
    }
}

diesel::table! {
    recording_files (id) {
        id -> Text,
        recording_id -> Text,
        kind -> Text,
        name -> Text,
        mime -> Text,
        bytes -> BigInt,
        duration_ms -> Nullable<BigInt>,
        sha256 -> Nullable<Text>,
        participant_id -> Nullable<Text>,
        display_name -> Nullable<Text>,
        source -> Nullable<Text>,
        tier -> Text,
        location -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    recording_uploads (file_id) {
        file_id -> Text,
        tier -> Text,
        location -> Text,
        upload_id -> Text,
        part_bytes -> BigInt,
        parts -> Text,
    }
}

diesel::table! {
    named_rooms (tenant_id, scope, name) { tenant_id -> Text, scope -> Text, name -> Text, room_id -> Text, }
}

diesel::table! {
    outside_sessions (session_id) { session_id -> Text, room_id -> Text, foreign_id -> Nullable<Text>, }
}

diesel::table! {
    told_events (id) { id -> Text, at -> BigInt, }
}

diesel::joinable!(sessions -> rooms (room_id));
diesel::joinable!(recordings -> rooms (room_id));
diesel::joinable!(recording_files -> recordings (recording_id));
diesel::allow_tables_to_appear_in_same_query!(sessions, rooms, recordings, recording_files);
diesel::joinable!(named_rooms -> rooms (room_id));
diesel::allow_tables_to_appear_in_same_query!(named_rooms, rooms);
diesel::joinable!(outside_sessions -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(outside_sessions, sessions);
