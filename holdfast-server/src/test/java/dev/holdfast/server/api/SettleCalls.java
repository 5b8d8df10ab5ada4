package dev.holdfast.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/// An approval that stays in doubt, closed by the interface; and what does not close it.
final class SettleCalls {
    private static final String APPROVAL = "/api/v1/approvals/{id}";

    private final ApiStage stage;
    private final PeopleCalls.Call call;
    private final ApiStage.Someone reviewer;
    private final String token;

    private SettleCalls(
            ApiStage stage, PeopleCalls.Call call, ApiStage.Someone reviewer, String token) {
        this.stage = stage;
        this.call = call;
        this.reviewer = reviewer;
        this.token = token;
    }

    /// @param others who may not
    static void all(
            ApiStage stage,
            PeopleCalls.Call call,
            ApiStage.Someone reviewer,
            String token,
            String... others)
            throws IOException, ApprovalException, SQLException, JsonTree.MalformedException {
        new SettleCalls(stage, call, reviewer, token).run(others);
    }

    private ApiStage.Answer settle(String id, String who, Map<String, Object> body)
            throws IOException {
        return call.of(
                "POST " + APPROVAL + "/settle", "/api/v1/approvals/" + id + "/settle", who, body);
    }

    private ApiStage.Answer challenge(String id, String who) throws IOException {
        return call.of(
                "POST " + APPROVAL + "/settle/challenge",
                "/api/v1/approvals/" + id + "/settle/challenge",
                who,
                Map.of());
    }

    private void run(String... others)
            throws IOException, ApprovalException, SQLException, JsonTree.MalformedException {
        Held held =
                stage.server.approvals().list(100).stream()
                        .filter(each -> each.state() == Held.State.REJECTED)
                        .findFirst()
                        .orElseThrow();
        String id = held.id();
        assertThat(challenge(id, token).errorCode()).isEqualTo("approval_refused");
        stage.leaveInDoubt(id);
        for (String other : others) {
            assertThat(challenge(id, other).status()).isIn(401, 403);
            assertThat(settle(id, other, Map.of("reason", "x", "code", "000000")).status())
                    .isIn(401, 403);
        }
        ApiStage.Answer challenge = challenge(id, token);
        assertThat(challenge.json()).containsEntry("finding", "unknown");
        Map<String, Object> bare = Map.of("reason", "its machine is gone", "ran", false);
        assertThat(settle(id, token, bare).status()).isEqualTo(400);
        assertThat(settle(id, token, Map.of("reason", "gone", "code", "000000")).errorCode())
                .isEqualTo("outcome_unknown");
        // A signature that approves closes nothing.
        String toApprove =
                call.of(
                                "POST " + APPROVAL + "/challenge",
                                "/api/v1/approvals/" + id + "/challenge",
                                token,
                                Map.of())
                        .text();
        assertThat(settle(id, token, proven(bare, toApprove)).errorCode()).isEqualTo("proof_wrong");
        assertThat(found(id).state()).isEqualTo(Held.State.AMBIGUOUS);
        Map<String, Object> right = proven(bare, challenge.text());
        assertThat(settle(id, token, right).json()).containsEntry("state", "void");
        assertThat(settle(id, token, right).status()).isEqualTo(409);
        assertThat(found(id).words().getLast().said())
                .isEqualTo(Held.Word.Said.SAID_IT_DID_NOT_RUN);
        assertThat(
                        Proofs.verifies(
                                proofOf(found(id).words().getLast()),
                                String.valueOf(challenge.json().get("digest"))))
                .isTrue();
        assertThat(call.of("GET " + APPROVAL, "/api/v1/approvals/" + id, token, null).text())
                .contains("its machine is gone", "said-it-did-not-run");
    }

    private static Proof proofOf(Held.Word word) {
        return new Proof(
                Proof.Kind.valueOf(word.proofKind()),
                word.person(),
                word.credential(),
                word.evidence(),
                word.atEpochMillis());
    }

    private Held found(String id) throws ApprovalException {
        Held held = stage.server.approvals().find(id);
        assertThat(held).isNotNull();
        return held;
    }

    private Map<String, Object> proven(Map<String, Object> bare, String challenge)
            throws JsonTree.MalformedException {
        Object options = JsonTree.object(challenge).get("publicKey");
        assertThat(options).isInstanceOf(Map.class);
        Map<String, Object> body = new LinkedHashMap<>(bare);
        body.put(
                "assertion",
                JsonTree.object(reviewer.passkey().get(JsonText.indented((Map<?, ?>) options))));
        return body;
    }
}
