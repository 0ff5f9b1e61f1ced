import java.util.TreeSet;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

// The names of all settings that Kafka itself knows: `broker <name>`, `topic <name>`, one a line.
class KafkaNames {
  public static void main(String[] arguments) {
    for (String name : new TreeSet<>(AbstractKafkaConfig.CONFIG_DEF.names())) {
      System.out.println("broker " + name);
    }
    for (String name : new TreeSet<>(LogConfig.configNames())) {
      System.out.println("topic " + name);
    }
  }
}
