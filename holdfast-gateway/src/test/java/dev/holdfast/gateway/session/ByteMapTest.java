package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ByteMapTest {
    @Test
    void findsInABufferWhatWasPutAsBytes() {
        ByteMap<Integer> map = new ByteMap<>();
        for (int length = 0; length < 40; length++) {
            map.put("k".repeat(length).getBytes(UTF_8), length);
        }
        ByteBuf buffer = Unpooled.copiedBuffer("xx" + "k".repeat(50), UTF_8);
        for (int length = 0; length < 40; length++) {
            assertThat(map.find(buffer, 2, length)).isEqualTo(length);
        }
        assertThat(map.find(buffer, 2, 41)).isNull();
        assertThat(map.find(buffer, 1, 39)).isNull();
    }

    @Test
    void behavesLikeAHashMapUnderRandomChanges() {
        Seeds.check(5, ByteMapTest::compareWithAHashMap);
    }

    private static void compareWithAHashMap(RandomGenerator random) {
        ByteMap<Integer> map = new ByteMap<>();
        Map<String, Integer> model = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            String key = Integer.toString(random.nextInt(300));
            byte[] bytes = key.getBytes(UTF_8);
            switch (random.nextInt(5)) {
                case 0, 1 ->
                        assertThat(map.put(bytes, step))
                                .as("step %d", step)
                                .isEqualTo(model.put(key, step));
                case 2, 3 ->
                        assertThat(map.remove(bytes))
                                .as("step %d", step)
                                .isEqualTo(model.remove(key));
                default ->
                        assertThat(map.find(bytes, bytes.length))
                                .as("step %d", step)
                                .isEqualTo(model.get(key));
            }
            assertThat(map.size()).isEqualTo(model.size());
            if (step % 8_000 == 7_999) {
                map.clear();
                model.clear();
            }
        }
    }
}
